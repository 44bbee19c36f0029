%% @doc The native host, seen from the BEAM: the functions of `erlang' that take ports, with
%% their arities, results and errors, for ports that run in `pier serve'. Such a port is a
%% port term of the node `native@nohost'; every function leaves to `erlang' what is none.
%% {@link pier_transform} lets a module call these without saying so; doc/native.md has the
%% differences that remain.
-module(pier_host).

-export([start/0, start/1, stop/1, info/1, is_native/1]).
-export([open_port/2, port_command/2, port_command/3, port_close/1, port_connect/2,
         port_control/3, port_call/2, port_call/3, port_info/1, port_info/2, ports/0,
         port_set_data/2, port_get_data/1, port_to_list/1, list_to_port/1]).
-export(['!'/2, send/2, send/3, send_nosuspend/2, send_nosuspend/3, link/1, unlink/1,
         monitor/2, monitor/3, demonitor/1, demonitor/2, exit/2, register/2, unregister/1,
         whereis/1, process_info/1, process_info/2, apply/3, spawned/1]).
-export_type([host/0, options/0]).

-import(pier_host_result, [result/3, raise/5]).

-compile({no_auto_import, [open_port/2, port_command/2, port_command/3, port_close/1, port_connect/2,
                           port_control/3, ports/0, port_to_list/1, list_to_port/1, link/1, unlink/1,
                           monitor/2, monitor/3, demonitor/1, demonitor/2, exit/2, register/2,
                           unregister/1, whereis/1, process_info/1, process_info/2, apply/3]}).

-define(NODE, 'native@nohost').
-define(IS_NATIVE(Term), (is_port(Term) andalso node(Term) =:= ?NODE)).

-type host() :: pid().
-type options() ::
    #{pier => file:filename_all(),          % the command; default: $PIER, the one that belongs to us
      command => [string() | binary()],     % what starts it: ["valgrind", "-q"]
      guard => boolean(),                     % a process beside it ends what it leaves (without command: true)
      env => [{string() | binary(), string() | binary() | false}],
      trace => file:filename_all(),         % every byte and message, with its time
      limits => #{frame | queue | ports | request | output => pos_integer()},
      linger => non_neg_integer(),          % milliseconds for programs to end in
      poll => non_neg_integer(),            % microseconds that the host asks again before it sleeps
      default => boolean()}.                % is it the one for ports without {host,_}? (true)

%% ---- Hosts ----

%% @doc Starts the default host, if there is none.
-spec start() -> {ok, host()} | {error, term()}.
start() ->
    pier_host_keeper:default().

%% @doc Starts another host. Ports that are opened from now on are opened there, unless
%% `default' is false; one port is opened there with the option `{host, Host}'.
-spec start(options()) -> {ok, host()} | {error, term()}.
start(Options) when is_map(Options) ->
    pier_host_keeper:start(Options).

%% @doc Ends a host: its ports are closed, what of its programs does not end then is killed.
-spec stop(host()) -> ok.
stop(Host) ->
    pier_host_call:stop(Host).

%% @doc What a host says of itself: `os_pid', `version', `drivers'.
-spec info(host()) -> map().
info(Host) ->
    pier_host_call:info(Host).

-spec is_native(term()) -> boolean().
is_native(Term) ->
    ?IS_NATIVE(Term).

%% ---- Ports ----

-spec open_port(term(), term()) -> port().
open_port(Name, Options) ->
    {Host, Rest} = chosen(Options, []),
    result(on(Host, open_port, [Name, Rest]), open_port, [Name, Options]).

%% The option {host,Host} is ours.
chosen([{host, Host} | Rest], Seen) when is_pid(Host) -> {Host, lists:reverse(Seen, Rest)};
chosen([Option | Rest], Seen) -> chosen(Rest, [Option | Seen]);
chosen(Tail, Seen) -> {default(), lists:reverse(Seen, Tail)}.

-spec port_command(term(), term()) -> true.
port_command(Port, Data) ->
    case native(Port) of
        false -> erlang:port_command(Port, Data);
        Native ->
            pier_host_quick:command(Native, Data)
                orelse commanded(Native, [Native, Data], [Port, Data])
    end.

-spec port_command(term(), term(), term()) -> boolean().
port_command(Port, Data, Options) ->
    case native(Port) of
        false -> erlang:port_command(Port, Data, Options);
        Native -> commanded(Native, [Native, Data, Options], [Port, Data, Options])
    end.

commanded(Port, Arguments, Given) ->
    result(pier_host_call:command(host_of(Port), Port, port_command, Arguments), port_command, Given).

-spec port_close(term()) -> true.
port_close(Port) -> by_port(port_close, Port, []).

-spec port_connect(term(), term()) -> true.
port_connect(Port, New) ->
    case native(Port) of
        false -> erlang:port_connect(Port, New);
        Native when is_pid(New), node(New) =:= node() ->
            is_process_alive(New) orelse raise(error, badarg, none, port_connect, [Port, New]),
            result(on(host_of(Native), port_connect, [Native, New]), port_connect, [Port, New]);
        _ ->
            raise(error, badarg, none, port_connect, [Port, New])
    end.

-spec port_control(term(), term(), term()) -> term().
port_control(Port, Operation, Data) -> by_port(port_control, Port, [Operation, Data]).

-spec port_call(term(), term()) -> term().
port_call(Port, Data) -> by_port(port_call, Port, [Data]).

-spec port_call(term(), term(), term()) -> term().
port_call(Port, Operation, Data) -> by_port(port_call, Port, [Operation, Data]).

-spec port_info(term()) -> undefined | [{atom(), term()}].
port_info(Port) -> by_port(port_info, Port, []).

-spec port_info(term(), term()) -> undefined | {atom(), term()} | [].
port_info(Port, Item) -> by_port(port_info, Port, [Item]).

-spec port_set_data(term(), term()) -> true.
port_set_data(Port, Data) -> by_port(port_set_data, Port, [Data]).

-spec port_get_data(term()) -> term().
port_get_data(Port) -> by_port(port_get_data, Port, []).

%% @doc All of this VM, those that hosts are spoken to by excepted, and all of its hosts.
-spec ports() -> [port()].
ports() ->
    Hosts = pier_host_keeper:hosts(),
    Spoken = [Real || {_, Real} <- Hosts],
    [Port || Port <- erlang:ports(), not lists:member(Port, Spoken)]
        ++ lists:append([result(on(Host, ports, []), ports, []) || {Host, _} <- Hosts]).

-spec port_to_list(term()) -> string().
port_to_list(Port) ->
    erlang:port_to_list(Port).

%% @doc The text of a native port names it only while its host is the default one.
-spec list_to_port(term()) -> port().
list_to_port(Text) ->
    try
        erlang:list_to_port(Text)
    catch
        error:badarg ->
            Guess = pier_host_keeper:port(number(Text)),
            case is_port(Guess) andalso erlang:port_to_list(Guess) =:= Text of
                true -> Guess;
                false -> raise(error, badarg, none, list_to_port, [Text])
            end
    end.

%% N of "#Port<X.N>", or none.
number(Text) ->
    try
        [_, Behind] = string:split(Text, "."),
        {Number, ">"} = string:to_integer(Behind),
        Number
    catch
        error:_ -> none
    end.

%% ---- Messages ----

-spec '!'(term(), Message) -> Message.
'!'(To, Message) when is_pid(To) ->
    To ! Message;
'!'(To, Message) ->
    case receiver(To) of
        false -> erlang:send(To, Message);
        Port -> pier_host_call:message(Port, Message), Message
    end.

-spec send(term(), Message) -> Message.
send(To, Message) ->
    '!'(To, Message).

-spec send(term(), term(), term()) -> ok | nosuspend | noconnect.
send(To, Message, Options) ->
    sending(send, To, [Message, Options]).

-spec send_nosuspend(term(), term()) -> boolean().
send_nosuspend(To, Message) ->
    sending(send_nosuspend, To, [Message]).

-spec send_nosuspend(term(), term(), term()) -> boolean().
send_nosuspend(To, Message, Options) ->
    sending(send_nosuspend, To, [Message, Options]).

sending(Function, To, More) ->
    case receiver(To) of
        false -> erlang:apply(erlang, Function, [To | More]);
        Port -> result(pier_host_call:command(host_of(Port), Port, Function, [Port | More]),
                       Function, [To | More])
    end.

%% The native port that a message goes to.
receiver(To) when ?IS_NATIVE(To) -> To;
receiver(To) when is_atom(To) -> native(To);
receiver({Name, Node}) when is_atom(Name), Node =:= node() -> native(Name);
receiver(_) -> false.

%% ---- Links, monitors, signals ----

-spec link(term()) -> true.
link(Port) when ?IS_NATIVE(Port) ->
    case on(host_of(Port), link, [Port]) of
        {error, error, noproc, Cause} -> link_to_none(Port, Cause);
        {host, _} -> link_to_none(Port, none);
        Result -> result(Result, link, [Port])
    end;
link(Other) ->
    erlang:link(Other).

link_to_none(Port, Cause) ->
    case erlang:process_info(self(), trap_exit) of
        {trap_exit, true} -> self() ! {'EXIT', Port, noproc}, true;
        {trap_exit, false} -> raise(error, noproc, Cause, link, [Port])
    end.

-spec unlink(term()) -> true.
unlink(Port) when ?IS_NATIVE(Port) -> result(on(host_of(Port), unlink, [Port]), unlink, [Port]);
unlink(Other) -> erlang:unlink(Other).

-spec monitor(term(), term()) -> reference().
monitor(Type, Item) ->
    case monitored(Item) of
        false -> erlang:monitor(Type, Item);
        Port -> result(on(host_of(Port), monitor, [Type, to_host(Item)]), monitor, [Type, Item])
    end.

%% With an alias the reference is the VM's own, as aliases are.
-spec monitor(term(), term(), term()) -> reference().
monitor(Type, Item, Options) ->
    case monitored(Item) of
        false ->
            erlang:monitor(Type, Item, Options);
        Port ->
            {Alias, Rest} = pier_host_alias:new(Options),
            case on(host_of(Port), monitor, [Type, to_host(Item), Rest]) of
                {error, Class, Reason, Cause} ->
                    pier_host_alias:drop(Alias),
                    raise(Class, Reason, Cause, monitor, [Type, Item, Options]);
                Result ->
                    Reference = result(Result, monitor, [Type, Item, Rest]),
                    pier_host_alias:reference(Alias, Reference)
            end
    end.

monitored({Name, Node}) when is_atom(Name), Node =:= node() -> native(Name);
monitored(Item) -> native(Item).

to_host({Name, _}) -> {Name, nonode@nohost};
to_host(Item) -> Item.

-spec demonitor(term()) -> true.
demonitor(Reference) ->
    _ = demonitoring(Reference, fun() -> erlang:demonitor(Reference) end, [], [Reference]),
    true.

-spec demonitor(term(), term()) -> boolean().
demonitor(Reference, Options) ->
    Known = demonitoring(Reference, fun() -> erlang:demonitor(Reference, Options) end, [Options],
                         [Reference, Options]),
    is_list(Options) andalso lists:member(flush, Options) andalso flush(Reference),
    Known.

demonitoring(Reference, Otherwise, Options, Given) ->
    case pier_host_alias:monitor(Reference) of
        none ->
            Otherwise();
        Native ->
            Known = result(on(host_of(Native), demonitor, [Native | Options]), demonitor, Given),
            pier_host_alias:demonitored(Reference),
            Known
    end.

flush(Reference) ->
    receive {_, Reference, _, _, _} -> true after 0 -> true end.

-spec exit(term(), term()) -> true.
exit(Port, Reason) when ?IS_NATIVE(Port) ->
    result(on(host_of(Port), exit, [Port, Reason]), exit, [Port, Reason]);
exit(Other, Reason) ->
    erlang:exit(Other, Reason).

%% ---- Names ----

%% A process stands for the port in the VM's own registry, so that a name is there once; it
%% passes on what code sends it that knows nothing of native ports.
-spec register(term(), term()) -> true.
register(Name, Port) when ?IS_NATIVE(Port) ->
    result(pier_host_call:register(host_of(Port), Name, Port), register, [Name, Port]);
register(Name, Other) ->
    erlang:register(Name, Other).

-spec unregister(term()) -> true.
unregister(Name) ->
    case native(Name) of
        Port when is_port(Port), not is_port(Name) ->
            result(on(host_of(Port), unregister, [Name]), unregister, [Name]);
        _ -> erlang:unregister(Name)
    end.

-spec whereis(term()) -> pid() | port() | undefined.
whereis(Name) ->
    Known = erlang:whereis(Name),
    case is_pid(Known) andalso pier_host_keeper:named(Known) of
        false -> Known;
        Port -> Port
    end.

%% The native port that this is, or that has this name; false.
native(Port) when ?IS_NATIVE(Port) -> Port;
native(Name) when is_atom(Name) ->
    case erlang:whereis(Name) of
        Pid when is_pid(Pid) -> pier_host_keeper:named(Pid);
        _ -> false
    end;
native(_) -> false.

%% ---- Processes ----

-spec process_info(term()) -> undefined | [{atom(), term()}].
process_info(Pid) ->
    case erlang:process_info(Pid) of
        undefined -> undefined;
        Items -> [completed(Pid, Item) || Item <- Items]
    end.

-spec process_info(term(), term()) -> undefined | [] | {atom(), term()} | [{atom(), term()}].
process_info(Pid, Item) ->
    case erlang:process_info(Pid, Item) of
        Items when is_list(Items) -> [completed(Pid, One) || One <- Items];
        Found -> completed(Pid, Found)
    end.

%% With the links and monitors of native ports, without what hosts need.
completed(Pid, {Item, Own}) when Item =:= links; Item =:= monitors ->
    {Item, Own ++ lists:append([native_items(Host, Pid, Item)
                                || {Host, _} <- pier_host_keeper:hosts(),
                                   pier_host_quick:is_known(Host, Pid)])};
completed(_Pid, {monitored_by, Own}) ->
    Hosts = [Host || {Host, _} <- pier_host_keeper:hosts()],
    {monitored_by, [By || By <- Own, not lists:member(By, Hosts)]};
completed(_Pid, Item) ->
    Item.

native_items(Host, Pid, Item) ->
    case on(Host, process_info, [Pid, Item]) of
        {ok, {Item, List}} -> [at_home(One) || One <- List];
        _ -> []
    end.

at_home({Kind, {Name, nonode@nohost}}) -> {Kind, {Name, node()}};
at_home(Other) -> Other.

%% @doc `erlang:apply/3' that knows what {@link pier_transform} redirects.
-spec apply(module(), atom(), [term()]) -> term().
apply(Module, Name, Arguments) ->
    [M, F, A] = spawned([Module, Name, Arguments]),
    erlang:apply(M, F, A).

%% @doc The arguments of spawn/3 and the like, or of apply/3, with what {@link pier_transform}
%% puts in the place of the function.
-spec spawned([term()]) -> [term()].
spawned([Module, Name, Arguments | More] = All) when is_atom(Module), is_atom(Name) ->
    Arity = try length(Arguments) catch error:badarg -> none end,
    case is_integer(Arity) andalso pier_transform:redirected(Module, Name, Arity) of
        {M, F} -> [M, F, Arguments | More];
        _ -> All
    end;
spawned(All) ->
    All.

%% ---- Calls ----

by_port(Function, Port, More) ->
    case native(Port) of
        false -> erlang:apply(erlang, Function, [Port | More]);
        Native -> result(on(host_of(Native), Function, [Native | More]), Function, [Port | More])
    end.

on(Host, Function, Arguments) ->
    pier_host_call:call(Host, Function, Arguments).

%% That of a port or reference; `none': it has ended.
host_of(Identifier) ->
    pier_host_keeper:host_of(Identifier).

default() ->
    case pier_host_keeper:default() of
        {ok, Host} -> Host;
        {error, Reason} -> raise(error, {pier_host, Reason}, none, open_port, [])
    end.
