%% Commands that nobody has to wait for, because only a write can fail: the caller sends them
%% to its host as bytes (doc/serve.md), and the host's process writes together what has come
%% together. For that it must be known which ports are open and not busy, and which
%% processes the host has heard of:
%%   {Port, Way, Host, Was}      Way is a #way{}, or busy: then it is Was that it was before
%%   {{Host, Pid}, Numbers}      the host has heard of Pid; Numbers are those of its pid
-module(pier_host_quick).

-export([new/0, forget/2, know/2, is_known/2, end_of/2, most/3, open/5, busy/2, close/1]).
-export([command/2, message/2, tell/3]).
-export([write_all/4]).

-define(TABLE, ?MODULE).
-define(WAY, 2).                          % its place

%% How frames begin (doc/serve.md).
-define(COMMAND, 1).
-define(MESSAGE, 2).
-define(SEVERAL, 3).
-define(HEAD, 13).                        % bytes in front of the data

%% What waits for the host's process, counted by a number of the host: bytes, and for each
%% command what it costs beside them. From ENOUGH on who says more lets the host's process
%% write first: while the host and the program work on that, more is said, where otherwise
%% each would wait for the others in turn, and be woken up. From MUCH on it waits, as for a
%% busy port.
-define(COST, 512).
-define(ENOUGH, 1 bsl 14).
-define(MUCH, 1 bsl 20).
-define(COUNTERS, 1024).
-define(TOGETHER, 1 bsl 16).              % leaves in one write

%% All that a command needs to know, so that it is one look for the opener of the port.
-record(way, {host :: pid(),
              counter :: pos_integer(),
              most :: non_neg_integer(),  % bytes of a command that is taken for sure
              opener :: pid(),
              numbers :: binary()}).      % of its pid and of the port

%% ---- What is known ----

-spec new() -> ok.
new() ->
    ?TABLE = ets:new(?TABLE, [named_table, public, {read_concurrency, true}]),
    persistent_term:put(?MODULE, atomics:new(?COUNTERS, [])).

-spec forget(pid(), pos_integer()) -> ok.
forget(Host, Creation) ->
    atomics:put(persistent_term:get(?MODULE), counter(Creation), 0),
    ets:match_delete(?TABLE, {{Host, '_'}, '_'}),
    ets:match_delete(?TABLE, {'_', '_', Host, '_'}),
    ok.

%% @doc The host has heard of the process.
-spec know(pid(), pid()) -> ok.
know(Host, Pid) ->
    ets:insert(?TABLE, {{Host, Pid}, numbers(term_to_binary(Pid))}),
    ok.

-spec is_known(pid(), pid()) -> boolean().
is_known(Host, Pid) ->
    try ets:member(?TABLE, {Host, Pid}) catch error:badarg -> false end.

-spec end_of(pid(), pid()) -> ok.
end_of(Host, Pid) ->
    ets:delete(?TABLE, {Host, Pid}),
    ok.

%% @doc Bytes of a command that is taken for sure: a frame that is too big ends its port, a port
%% that only reads ends with any, and what a driver does (`Drivers': has
%% one ever been loaded?) nobody knows.
-spec most(term(), [term()], boolean()) -> non_neg_integer().
most({Kind, _}, Options, Drivers)
  when Kind =:= spawn_executable; Kind =:= spawn, not Drivers ->
    case {lists:member(in, Options), lists:member(out, Options)} of
        {true, false} -> 0;
        _ -> lists:min([most_in(Packet) || {packet, Packet} <- Options] ++ [16#7fffffff])
    end;
most(_Name, _Options, _Drivers) ->
    0.

most_in(1) -> 255;
most_in(2) -> 65535;
most_in(4) -> 16#7fffffff.

%% @doc Commands of up to `Most' bytes cannot fail at once.
-spec open(port(), pid(), pos_integer(), non_neg_integer(), pid()) -> ok.
open(Port, Host, Creation, Most, Opener) ->
    Numbers = <<(numbers(term_to_binary(Opener)))/binary, (numbers(term_to_binary(Port)))/binary>>,
    Way = #way{host = Host, counter = counter(Creation), most = Most, opener = Opener, numbers = Numbers},
    ets:insert(?TABLE, {Port, Way, Host, Way}),
    ok.

-spec busy(port(), boolean()) -> ok.
busy(Port, true) ->
    ets:update_element(?TABLE, Port, {?WAY, busy}),
    ok;
busy(Port, false) ->
    case ets:lookup(?TABLE, Port) of
        [{_, busy, _, Was}] -> ets:update_element(?TABLE, Port, {?WAY, Was});
        _ -> false
    end,
    ok.

-spec close(port()) -> ok.
close(Port) ->
    ets:delete(?TABLE, Port),
    ok.

%% The two of a NEW_PID_EXT, the one of a NEW_PORT_EXT: behind the node, before the creation.
numbers(<<131, 88, Rest/binary>>) -> binary:part(Rest, byte_size(Rest) - 4, -8);
numbers(<<131, 89, Rest/binary>>) -> binary:part(Rest, byte_size(Rest) - 4, -4).

%% ---- Callers ----

%% @doc port_command(Port, Data), if it can be done so; if not it must be asked for.
-spec command(port(), term()) -> boolean().
command(Port, Data) ->
    say(?COMMAND, Port, Data).

%% @doc The same for Port ! {self(), {command, Data}}.
-spec message(port(), term()) -> boolean().
message(Port, Data) ->
    say(?MESSAGE, Port, Data).

%% @doc Any other request that nobody waits for.
-spec tell(pid(), pos_integer(), term()) -> true.
tell(Host, Creation, Request) ->
    Frame = term_to_binary({cast, Request}),
    Size = byte_size(Frame),
    send(Host, counter(Creation), Size, [<<Size:32>>, Frame]).

say(Kind, Port, Data) ->
    try ets:lookup_element(?TABLE, Port, ?WAY) of
        #way{opener = Opener, numbers = Numbers} = Way when Opener =:= self() ->
            sized(Way, Kind, Numbers, Data);
        #way{host = Host, numbers = <<_:8/binary, Number/binary>>} = Way ->
            case ets:lookup(?TABLE, {Host, self()}) of
                [{_, Numbers}] -> sized(Way, Kind, <<Numbers/binary, Number/binary>>, Data);
                [] -> false
            end;
        busy ->
            false
    catch
        error:badarg -> false
    end.

sized(#way{host = Host, counter = Counter, most = Most}, Kind, Numbers, Data) ->
    case size_of(Data) of
        Size when Size =< Most ->
            send(Host, Counter, Size, [<<(Size + ?HEAD):32, Kind, Numbers/binary>>, Data]);
        _ ->
            false
    end.

%% Atoms are more than any number.
size_of(Data) when is_binary(Data) -> byte_size(Data);
size_of(Data) -> try iolist_size(Data) catch error:badarg -> none end.

send(Host, Counter, Size, Frame) ->
    Weight = Size + ?COST,
    Waiting = atomics:add_get(persistent_term:get(?MODULE), Counter, Weight),
    Host ! {say, Weight, Frame},
    Waiting < ?ENOUGH orelse let_go_on(Host, Waiting),
    true.

%% The host's process goes before those of other priorities.
let_go_on(Host, Waiting) when Waiting >= ?MUCH -> pier_host_call:wait(Host);
let_go_on(_Host, _Waiting) -> erlang:yield().

counter(Creation) ->
    Creation rem ?COUNTERS + 1.

%% ---- The host's process ----

%% @doc Writes a frame that it got, with those that wait behind it. They pass what others
%% ask: who asked waits for the answer, and has said nothing since.
-spec write_all(port(), pos_integer(), pos_integer(), iodata()) -> ok.
write_all(Real, Creation, Waited, Frames) when Waited < ?TOGETHER ->
    receive
        {say, Weight, Frame} -> write_all(Real, Creation, Waited + Weight, [Frames | Frame])
    after 0 ->
            write(Real, Creation, Waited, Frames)
    end;
write_all(Real, Creation, Waited, Frames) ->
    write(Real, Creation, Waited, Frames).

%% Nobody reads what a host is told that was stopped meanwhile.
write(Real, Creation, Waited, Frames) ->
    _ = (catch port_command(Real, [?SEVERAL | Frames])),
    atomics:sub(persistent_term:get(?MODULE), counter(Creation), Waited).
