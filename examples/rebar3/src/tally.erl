%% Sums, made by the threads of a program in C.
-module(tally).
-export([sum/1, sums/1, counted/1]).

-type answer() :: {ok, number()} | {error, term()}.

-spec sum([number()]) -> answer().
sum(Numbers) ->
    inner(pier:call(tally, {sum, Numbers})).

%% Many at once: all are on their way before the first is waited for.
-spec sums([[number()]]) -> [answer()].
sums(Lists) ->
    Requests = [pier:send_request(tally, {sum, Numbers}) || Numbers <- Lists],
    [inner(pier:receive_response(Request, 5000)) || Request <- Requests].

%% What the program says on its way to N.
-spec counted(non_neg_integer()) -> [pos_integer()].
counted(N) ->
    {ok, Events} = pier:subscribe(tally),
    {ok, {ok, N}} = pier:call(tally, {count, N}),
    Said = [receive {Events, {event, {count, I}}} -> I after 5000 -> missing end || _ <- lists:seq(1, N)],
    ok = pier:unsubscribe(tally, Events),
    Said.

inner({ok, Answer}) -> Answer;
inner({error, _} = Error) -> Error.
