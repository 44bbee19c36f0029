%% What the program can do, as functions.
-module(@name@).
-export([add/2]).

-spec add(integer(), integer()) -> {ok, integer()} | {error, term()}.
add(A, B) ->
    call({add, A, B}).

call(Request) ->
    case pier:call(?MODULE, Request) of
        {ok, Answer} -> Answer;
        {error, _} = Error -> Error
    end.
