%% What a role looks for in its mailbox. Every function runs in the role's
%% process, takes messages from the head of the mailbox only, and gives
%% {ok,Value} or {got,Message}, {got,nothing} when none came. Time is
%% for each message anew.
-module(pier_scenario_expect).
-export([one/3, merge/3, race/3, gather/3, quiet/1, flush/1, arrange/3]).

-type match() :: fun((Pattern :: term(), Message :: term()) -> boolean()).
-type result(Value) :: {ok, Value} | {got, term()}.

-spec one(term(), timeout(), match()) -> result(true).
one(Pattern, Time, Match) ->
    merge([[Pattern]], Time, Match).

%% Any merge of the lists that keeps the order of each. What has come so far may
%% be a merge in several ways; each is kept as what is left of the lists.
-spec merge([[term()]], timeout(), match()) -> result(true).
merge(Lists, Time, Match) ->
    ways([Lists], Time, Match).

ways(Ways, Time, Match) ->
    case lists:any(fun is_empty/1, Ways) of
        true ->
            {ok, true};
        false ->
            Next = fun(Message) ->
                           lists:usort([Left || Way <- Ways, Left <- taken(Way, Message, Match)])
                   end,
            step(Next, Time, fun(Left) -> ways(Left, Time, Match) end)
    end.

is_empty(Lists) ->
    lists:all(fun(List) -> List =:= [] end, Lists).

taken(Lists, Message, Match) ->
    [lists:sublist(Lists, At - 1) ++ [Tail | lists:nthtail(At, Lists)]
     || {At, [Head | Tail]} <- lists:zip(lists:seq(1, length(Lists)), Lists),
        Match(Head, Message)].

%% The first alternative of which nothing is left, by its label.
-spec race([{Label, [term()]}], timeout(), match()) -> result(Label).
race(Alternatives, Time, Match) ->
    case [Label || {Label, []} <- Alternatives] of
        [Label | _] ->
            {ok, Label};
        [] ->
            Next = fun(Message) ->
                           [{Label, Tail} || {Label, [Head | Tail]} <- Alternatives,
                                             Match(Head, Message)]
                   end,
            step(Next, Time, fun(Left) -> race(Left, Time, Match) end)
    end.

step(Next, Time, Continue) ->
    receive
        Message ->
            case Next(Message) of
                [] -> {got, Message};
                Left -> Continue(Left)
            end
    after Time ->
            {got, nothing}
    end.

%% The data of a port, joined, until there are Size bytes.
-spec gather(term(), non_neg_integer(), timeout()) -> result(binary()).
gather(Port, Size, Time) ->
    gather(Port, Size, Time, []).

gather(_Port, 0, _Time, Chunks) ->
    {ok, iolist_to_binary(lists:reverse(Chunks))};
gather(Port, Size, Time, Chunks) ->
    receive
        {Port, {data, Data}} = Message ->
            case iolist_size(Data) of
                Longer when Longer > Size -> {got, Message};
                Taken -> gather(Port, Size - Taken, Time, [Data | Chunks])
            end;
        Message ->
            {got, Message}
    after Time ->
            {got, nothing}
    end.

joined(Chunks) ->
    case lists:all(fun is_list/1, Chunks) of
        true -> lists:append(Chunks);
        false -> iolist_to_binary(Chunks)
    end.

-spec quiet(timeout()) -> result(true).
quiet(Time) ->
    receive Message -> {got, Message} after Time -> {ok, true} end.

%% Everything until Time passes in silence.
-spec flush(timeout()) -> [term()].
flush(Time) ->
    receive Message -> [Message | flush(Time)] after Time -> [] end.

%% Messages that came, grouped: those of ports by the port's name, of processes
%% by the role's, all else as it came. Kind tells {port,Name}, {pid,Name} or
%% other; IsStream whether the data of a port is a stream, in which chunks that
%% follow each other are one.
-spec arrange([term()], fun((term()) -> term()), fun((term()) -> boolean())) -> [term()].
arrange(Messages, Kind, IsStream) ->
    Tagged = [{group(Kind(source(Message))), Message} || Message <- Messages],
    Groups = lists:usort([Group || {Group, _} <- Tagged]),
    lists:append([in_group(Group, [M || {G, M} <- Tagged, G =:= Group], IsStream)
                  || Group <- Groups]).

source({'EXIT', From, _}) -> From;
source({'DOWN', _, _, From, _}) -> From;
source({From, _}) -> From;
source(_) -> other.

group({port, Name}) -> {1, Name};
group({pid, Name}) -> {2, Name};
group(_) -> {3, other}.

in_group({1, Name}, Messages, IsStream) ->
    case IsStream(Name) of
        true -> join(Messages);
        false -> Messages
    end;
in_group(_, Messages, _) ->
    Messages.

join([{Port, {data, _}} | _] = Messages) ->
    {Chunks, Others} = lists:splitwith(fun({_, {data, _}}) -> true; (_) -> false end, Messages),
    [{Port, {data, joined([Data || {_, {data, Data}} <- Chunks])}} | join(Others)];
join([Message | Messages]) ->
    [Message | join(Messages)];
join([]) ->
    [].
