%% What a process asks of a native host: it is sent to the process that stands for the host
%% (pier_host_server), in the order in which it is asked.
-module(pier_host_call).

-export([call/3, command/4, message/2, register/3, wait/1, info/1, stop/1]).
-export_type([result/0]).

-define(TABLE, pier_host).

-type result() :: {ok, term()} | {error, atom(), term(), atom()}.

%% @doc What a function of `erlang' or `erl_ddll' returns or raises; `{host, Reason}' if the
%% host ends, or has ended.
-spec call(pid() | none, atom(), [term()]) -> result() | {host, term()}.
call(Host, Function, Arguments) ->
    ask(Host, {call, Function, Arguments}).

%% @doc The same for a command or a message, which may suspend its caller.
-spec command(pid() | none, port(), atom(), [term()]) -> result() | {host, term()}.
command(Host, Port, Function, Arguments) ->
    ask(Host, {command, Port, Function, Arguments}).

%% @doc Port ! Message.
-spec message(port(), term()) -> ok.
message(Port, {Owner, {command, Data}} = Message) when Owner =:= self() ->
    pier_host_quick:message(Port, Data) orelse message(pier_host_keeper:host_of(Port), Port, Message),
    ok;
message(Port, Message) ->
    message(pier_host_keeper:host_of(Port), Port, Message).

message(none, _Port, _Message) ->
    ok;
message(Host, Port, Message) ->
    case ets:member(?TABLE, {busy, Port}) of
        true ->
            _ = command(Host, Port, send, [Port, Message]),
            ok;
        false ->
            pier_host_quick:is_known(Host, self()) orelse ask(Host, know),
            case ets:lookup(?TABLE, {host, Host}) of
                [{_, _, Creation}] -> pier_host_quick:tell(Host, Creation, {do, self(), send, [Port, Message]});
                [] -> true
            end,
            ok
    end.

%% @doc Until the host's process has come to what the caller has sent it.
-spec wait(pid()) -> ok.
wait(Host) ->
    _ = ask(Host, know),
    ok.

-spec register(pid() | none, term(), port()) -> result() | {host, term()}.
register(Host, Name, Port) ->
    ask(Host, {register, Name, Port}).

-spec info(pid()) -> map().
info(Host) ->
    case ask(Host, info) of
        {ok, Info} -> Info;
        {host, _} -> #{}
    end.

-spec stop(pid()) -> ok.
stop(Host) ->
    Monitor = monitor(process, Host),
    Host ! stop,
    receive {'DOWN', Monitor, process, Host, _} -> ok end.

ask(none, _Request) ->
    {host, gone};
ask(Host, Request) ->
    Reference = monitor(process, Host),
    Host ! {Request, self(), Reference},
    receive
        {Reference, Result} ->
            demonitor(Reference, [flush]),
            Result;
        {'DOWN', Reference, process, Host, Reason} ->
            {host, Reason}
    end.
