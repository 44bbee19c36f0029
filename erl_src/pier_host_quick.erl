%% Commands that nobody has to wait for, because only a write can fail: the caller itself
%% writes them to its host, as bytes (doc/serve.md). For that it must be known which ports
%% are open and not busy, and which processes the host has heard of:
%%   {Port, Way, Host, Was}      Way is a #way{}, or busy: then it is Was that it was before
%%   {{Host, Pid}, Numbers}      the host has heard of Pid; Numbers are those of its pid
-module(pier_host_quick).

-export([new/0, forget/1, know/2, is_known/2, end_of/2, open/5, busy/2, close/1]).
-export([command/2, message/2]).
-compile({no_auto_import, [port_command/2]}).

-define(TABLE, ?MODULE).
-define(WAY, 2).                          % its place, and that of Was
-define(WAS, 4).

%% How frames begin.
-define(COMMAND, 1).
-define(MESSAGE, 2).

%% All that a command needs to know, so that it is one look for the opener of the port.
-record(way, {real :: port(),             % what the host is spoken to by
              host :: pid(),
              most :: non_neg_integer(),  % bytes of a command that is taken for sure
              opener :: pid(),
              numbers :: binary()}).      % of its pid and of the port

%% ---- What is known ----

-spec new() -> ok.
new() ->
    ?TABLE = ets:new(?TABLE, [named_table, public, {read_concurrency, true}]),
    ok.

-spec forget(pid()) -> ok.
forget(Host) ->
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

%% @doc Commands of up to `Most' bytes cannot fail at once.
-spec open(port(), pid(), port(), non_neg_integer(), pid()) -> ok.
open(Port, Host, Real, Most, Opener) ->
    Numbers = <<(numbers(term_to_binary(Opener)))/binary, (numbers(term_to_binary(Port)))/binary>>,
    Way = #way{real = Real, host = Host, most = Most, opener = Opener, numbers = Numbers},
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

say(Kind, Port, Data) ->
    try ets:lookup_element(?TABLE, Port, ?WAY) of
        #way{opener = Opener, numbers = Numbers} = Way when Opener =:= self() ->
            write(Way, [Kind, Numbers], Data);
        #way{host = Host, numbers = <<_:8/binary, Number/binary>>} = Way ->
            case ets:lookup(?TABLE, {Host, self()}) of
                [{_, Numbers}] -> write(Way, [Kind, Numbers, Number], Data);
                [] -> false
            end;
        busy ->
            false
    catch
        error:badarg -> false
    end.

write(#way{real = Real, most = Most}, Head, Data) ->
    case size_of(Data) =< Most of
        true -> port_command(Real, [Head | Data]);
        false -> false
    end.

%% What is said to a host that was told to stop meanwhile nobody reads.
port_command(Real, Frame) ->
    try erlang:port_command(Real, Frame) catch error:badarg -> true end.

%% Atoms are more than any number.
size_of(Data) when is_binary(Data) -> byte_size(Data);
size_of(Data) -> try iolist_size(Data) catch error:badarg -> none end.
