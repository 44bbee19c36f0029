%% One native host: the process that has the port of a `pier serve', speaks to it
%% (doc/serve.md) and stands for it in this VM. Calls go through it, in the order in which
%% they are made; what the host says is handed on in its own order. It knows who is linked
%% to what, so that it can tell them when the host ends.
-module(pier_host_server).

-export([start/2, go/1]).

-record(state, {real :: port(),
                creation :: pos_integer(),
                hello :: map(),
                next = 1 :: pos_integer(),
                calls = #{} :: #{pos_integer() => call()},
                pids = #{} :: #{reference() => pid()},                  % those that the host knows
                links = #{} :: #{port() => #{pid() => true}},
                monitors = #{} :: #{reference() => {pid(), Down :: fun((term()) -> tuple()),
                                                    Alias :: reference() | none}},
                names = #{} :: #{port() => {atom(), pid()}},
                busy = #{} :: #{port() => true},
                drivers = false :: boolean(),                           % has one ever been loaded?
                place :: pier_host_place:place()}).                     % where the host is

%% Then makes the caller's result of the host's, and notes what it means for us.
-record(call, {caller :: pid(),
               reference :: reference(),
               port = none :: port() | none,                            % of a command
               suspended = false :: boolean(),
               then :: then()}).
-type call() :: #call{}.
-type then() :: fun((pier_host_call:result(), #state{}) -> {pier_host_call:result(), #state{}}).

-define(TABLE, pier_host).
-define(NODE, 'native@nohost').

%% ---- Beginning ----

%% @doc Starts `pier serve' and waits until it has said hello.
-spec start(map(), pos_integer()) -> {ok, pid(), port()} | {error, term()}.
start(Options, Creation) ->
    Starter = self(),
    {Pid, Monitor} = spawn_monitor(fun() -> begin_host(Starter, Options, Creation) end),
    receive
        {Pid, started, Real} ->
            demonitor(Monitor, [flush]),
            {ok, Pid, Real};
        {'DOWN', Monitor, process, Pid, Reason} ->
            {error, Reason}
    end.

%% @doc It is in the table: callers may come.
-spec go(pid()) -> ok.
go(Host) ->
    Host ! go,
    ok.

begin_host(Starter, Options, Creation) ->
    _ = process_flag(priority, high),
    _ = process_flag(message_queue_data, off_heap),
    Place = pier_host_place:here(),
    Real = pier_host_start:open(Options),
    tell(Real, {hello, 1, self(), Creation}),
    Hello = pier_host_start:hello(Real),
    Starter ! {self(), started, Real},
    receive go -> ok end,
    loop(#state{real = Real, creation = Creation, hello = Hello, place = Place}).

%% ---- The loop ----

loop(#state{real = Real} = State) ->
    receive
        {Real, {data, Frame}} ->
            {event, Events} = binary_to_term(Frame),
            loop(lists:foldl(fun event/2, State, Events));
        {say, Weight, Frame} ->
            pier_host_quick:write_all(Real, State#state.creation, Weight, Frame),
            loop(State);
        {{call, Function, Arguments}, Caller, Reference} ->
            loop(called(Function, Arguments, Caller, Reference, State));
        {{command, Port, Function, Arguments}, Caller, Reference} ->
            loop(commanded(Port, Function, Arguments, Caller, Reference, State));
        {{register, Name, Port}, Caller, Reference} ->
            loop(registering(Name, Port, Caller, Reference, State));
        {know, Caller, Reference} ->
            Known = know(Caller, State),
            Caller ! {Reference, ok},
            loop(Known);
        {info, Caller, Reference} ->
            Caller ! {Reference, {ok, State#state.hello}},
            loop(State);
        {'DOWN', Monitor, process, Pid, Reason} ->
            loop(ended(Monitor, Pid, Reason, State));
        {Real, {exit_status, Status}} ->
            over({pier_host, pier_host_start:status(Status)}, State);
        stop ->
            catch port_close(Real),
            over(normal, State);
        _ ->
            loop(State)
    end.

%% The host refuses nothing that we say, unless it or we are wrong: no reason to be silent.
event({data, Pid, Port, Several}, State) ->
    send_all(Pid, Port, Several),
    State;
event({deliver, Pid, Message}, State) ->
    deliver(Pid, Message, State);
event({exit_signal, Pid, Port, Reason}, State) ->
    _ = signal(Pid, Port, Reason),
    State;
event({reply, Id, Result}, State) ->
    replied(Id, Result, State);
event({busy, Port, true}, #state{busy = Busy} = State) ->
    ets:insert(?TABLE, {{busy, Port}}),
    pier_host_quick:busy(Port, true),
    suspend_all(Port, State#state{busy = Busy#{Port => true}});
event({busy, Port, false}, #state{busy = Busy} = State) ->
    ets:delete(?TABLE, {busy, Port}),
    pier_host_quick:busy(Port, false),
    State#state{busy = maps:remove(Port, Busy)};
event({gone, Port}, #state{busy = Busy, links = Links} = State) ->
    ets:delete(?TABLE, {busy, Port}),
    pier_host_quick:close(Port),
    free_name(Port, State#state{busy = maps:remove(Port, Busy), links = maps:remove(Port, Links)});
event({log, _Port, Text}, State) ->
    logger:error("~ts", [Text]),
    State;
event(_, State) ->
    State.

send_all(Pid, Port, [Data | Rest]) ->
    Pid ! {Port, {data, Data}},
    send_all(Pid, Port, Rest);
send_all(_Pid, _Port, []) ->
    ok.

deliver(Pid, {_Tag, Reference, _Type, _Item, _Reason} = Down, #state{monitors = Monitors} = State)
  when is_reference(Reference), node(Reference) =:= ?NODE ->
    _ = send_down(Pid, at_home(Down)),
    State#state{monitors = maps:remove(Reference, Monitors)};
deliver(Pid, {Port, eof} = Message, State) when is_port(Port) ->
    pier_host_quick:close(Port),                                        % a command may end it at once
    Pid ! Message,
    State;
deliver(Pid, Message, State) ->
    Pid ! Message,
    State.

at_home({_, _, _, {Name, nonode@nohost}, _} = Down) -> setelement(4, Down, {Name, node()});
at_home(Down) -> Down.

send_down(Pid, Down) ->
    case pier_host_alias:down(Down) of
        {none, Message} -> Pid ! Message;
        {Alias, Message} -> Alias ! Message
    end.

%% An exit signal of a port. Its sender cannot be a port of no VM: a process that traps exits
%% gets the message that the signal would become, another one a signal of ours.
signal(Pid, Port, Reason) ->
    case process_info(Pid, trap_exit) of
        {trap_exit, true} -> Pid ! {'EXIT', Port, Reason};
        {trap_exit, false} when Reason =:= kill -> killed_by_link(Pid);
        {trap_exit, false} when Reason =/= normal -> exit(Pid, Reason);
        _ -> ok
    end.

%% exit(Pid,kill) would say `killed'; the reason of a link's end is `kill' itself.
killed_by_link(Pid) ->
    {Helper, Monitor} = spawn_monitor(fun() -> link(Pid), exit(kill) end),
    receive {'DOWN', Monitor, process, Helper, _} -> ok end.

%% ---- Calls ----

called(Function, Arguments, Caller, Reference, State) ->
    Here = in_place(Function, State),
    Call = #call{caller = Caller, reference = Reference, then = meaning(Function, Arguments, Caller)},
    issue(Function, Arguments, Call, Here).

commanded(Port, Function, Arguments, Caller, Reference, #state{busy = Busy} = State) ->
    Call = #call{caller = Caller, reference = Reference, port = Port, then = fun unchanged/2},
    case Busy of
        #{Port := true} -> issue(Function, Arguments, suspend(Call), State);
        #{} -> issue(Function, Arguments, Call, State)
    end.

issue(Function, Arguments, #call{caller = Caller} = Call, #state{next = Id, calls = Calls} = State) ->
    Known = know(Caller, State),
    tell(Known#state.real, {apply, Id, Caller, Function, Arguments}),
    Known#state{next = Id + 1, calls = Calls#{Id => Call}}.

replied(Id, Result, #state{calls = Calls} = State) ->
    case maps:take(Id, Calls) of
        {#call{caller = Caller, reference = Reference, then = Then} = Call, Rest} ->
            {Final, Next} = Then(Result, State#state{calls = Rest}),
            resume(Call),
            Caller ! {Reference, Final},
            Next;
        error ->
            State
    end.

%% Text is written by whoever was told to stop meanwhile: nobody reads it.
tell(Real, Request) ->
    try erlang:port_command(Real, term_to_iovec({cast, Request})) of
        true -> ok
    catch
        error:badarg -> ok
    end.

%% The host has to hear of the end of each process that it knows.
know(Pid, #state{pids = Pids} = State) ->
    case pier_host_quick:is_known(self(), Pid) of
        true ->
            State;
        false ->
            pier_host_quick:know(self(), Pid),
            State#state{pids = Pids#{monitor(process, Pid) => Pid}}
    end.

ended(Monitor, Pid, Reason, #state{pids = Pids, calls = Calls, links = Links, monitors = Monitors} = State) ->
    case Pids of
        #{Monitor := Pid} ->
            pier_host_quick:end_of(self(), Pid),
            tell(State#state.real, {exit, Pid, Reason}),
            {Kept, Gone} = of_others(Pid, Monitors),
            _ = [pier_host_alias:forget(Alias) || {_, _, Alias} <- maps:values(Gone)],
            State#state{pids = maps:remove(Monitor, Pids),
                        calls = maps:filter(fun(_, #call{caller = Caller}) -> Caller =/= Pid end, Calls),
                        links = maps:map(fun(_, Linked) -> maps:remove(Pid, Linked) end, Links),
                        monitors = Kept};
        #{} ->
            State
    end.

of_others(Pid, Monitors) ->
    Kept = maps:filter(fun(_, {Owner, _, _}) -> Owner =/= Pid end, Monitors),
    {Kept, maps:without(maps:keys(Kept), Monitors)}.

%% What is asked now means what it means in this VM now.
in_place(Function, #state{place = Place} = State)
  when Function =:= open_port; Function =:= 'erl_ddll:load';
       Function =:= 'erl_ddll:load_driver'; Function =:= 'erl_ddll:try_load';
       Function =:= 'erl_ddll:reload'; Function =:= 'erl_ddll:reload_driver' ->
    {Changes, Now} = pier_host_place:changes(Place),
    lists:foreach(fun(Change) -> tell(State#state.real, Change) end, Changes),
    State#state{place = Now};
in_place(_Function, State) ->
    State.

%% ---- What calls mean ----

meaning(open_port, [Name, Options], Caller) ->
    on_success(fun(Port, #state{creation = Creation, busy = Busy, drivers = Drivers} = State) ->
                       Most = pier_host_quick:most(Name, Options, Drivers),
                       Most > 0 andalso pier_host_quick:open(Port, self(), Creation, Most, Caller),
                       is_map_key(Port, Busy) andalso pier_host_quick:busy(Port, true),
                       linked(Port, Caller, State)
               end);
meaning(Load, _Arguments, _Caller)
  when Load =:= 'erl_ddll:load'; Load =:= 'erl_ddll:load_driver'; Load =:= 'erl_ddll:try_load' ->
    on_success(fun(_, State) -> State#state{drivers = true} end);
meaning(link, [Port], Caller) ->
    on_success(fun(_, State) -> linked(Port, Caller, State) end);
meaning(port_connect, [Port, New], _Caller) ->
    on_success(fun(_, State) -> linked(Port, New, know(New, State)) end);
meaning(unlink, [Port], Caller) ->
    on_success(fun(_, State) -> unlinked(Port, Caller, State) end);
meaning(unregister, [Name], _Caller) ->
    on_success(fun(_, #state{names = Names} = State) ->
                       case [Port || {Port, {Known, _}} <- maps:to_list(Names), Known =:= Name] of
                           [Port] -> free_name(Port, State);
                           [] -> State
                       end
               end);
meaning(monitor, [Type, Item | Options], Caller) ->
    on_success(fun(Reference, #state{monitors = Monitors} = State) ->
                       Tag = proplists:get_value(tag, lists:append(Options), 'DOWN'),
                       Alias = pier_host_alias:known(Tag, Reference),
                       Down = fun(Reason) -> at_home({Tag, Reference, Type, full_name(Item), Reason}) end,
                       State#state{monitors = Monitors#{Reference => {Caller, Down, Alias}}}
               end);
meaning('erl_ddll:monitor', [Type, {Name, _}], Caller) ->
    on_success(fun(Reference, #state{monitors = Monitors} = State) ->
                       Down = fun(Reason) -> {'DOWN', Reference, Type, Name, Reason} end,
                       State#state{monitors = Monitors#{Reference => {Caller, Down, none}}}
               end);
meaning(Demonitor, [Reference | _], _Caller)
  when Demonitor =:= demonitor; Demonitor =:= 'erl_ddll:demonitor' ->
    on_success(fun(_, #state{monitors = Monitors} = State) ->
                       State#state{monitors = maps:remove(Reference, Monitors)}
               end);
meaning(_Function, _Arguments, _Caller) ->
    fun unchanged/2.

full_name(Name) when is_atom(Name) -> {Name, node()};
full_name(Item) -> Item.

unchanged(Result, State) ->
    {Result, State}.

on_success(Note) ->
    fun({ok, Value} = Result, State) -> {Result, Note(Value, State)};
       (Result, State) -> {Result, State}
    end.

linked(Port, Pid, #state{links = Links} = State) ->
    Linked = maps:get(Port, Links, #{}),
    State#state{links = Links#{Port => Linked#{Pid => true}}}.

unlinked(Port, Pid, #state{links = Links} = State) ->
    case Links of
        #{Port := Linked} -> State#state{links = Links#{Port := maps:remove(Pid, Linked)}};
        #{} -> State
    end.

%% ---- Names ----

%% A process of ours has the name in the VM's registry, so that nobody else gets it.
registering(Name, Port, Caller, Reference, State) ->
    Proxy = spawn(fun() -> pass_on(Port) end),
    Call = #call{caller = Caller, reference = Reference, then = fun unchanged/2},
    try erlang:register(Name, Proxy) of
        true ->
            Then = fun({ok, _} = Result, #state{names = Names} = Now) ->
                           ets:insert(?TABLE, {{named, Proxy}, Name, Port}),
                           {Result, Now#state{names = Names#{Port => {Name, Proxy}}}};
                      (Result, Now) ->
                           take_name(Name, Proxy),
                           {Result, Now}
                   end,
            issue(register, [Name, Port], Call#call{then = Then}, State)
    catch
        error:badarg ->
            exit(Proxy, kill),
            Then = fun({ok, {registered_name, _}}, Now) when is_atom(Name) ->
                           {{error, error, badarg, registered_name}, Now};
                      (_, Now) ->
                           {{error, error, badarg, none}, Now}
                   end,
            issue(port_info, [Port, registered_name], Call#call{then = Then}, State)
    end.

pass_on(Port) ->
    receive Message -> pier_host:send(Port, Message) end,
    pass_on(Port).

free_name(Port, #state{names = Names} = State) ->
    case maps:take(Port, Names) of
        {{Name, Proxy}, Rest} ->
            take_name(Name, Proxy),
            State#state{names = Rest};
        error ->
            State
    end.

take_name(Name, Proxy) ->
    ets:delete(?TABLE, {named, Proxy}),
    whereis(Name) =:= Proxy andalso (catch erlang:unregister(Name)),
    exit(Proxy, kill).

%% ---- Busy ports ----

%% Whoever waits for a busy port is suspended, as its status says.
suspend_all(Port, #state{calls = Calls} = State) ->
    State#state{calls = maps:map(fun(_, #call{port = On} = Call) when On =:= Port -> suspend(Call);
                                    (_, Call) -> Call
                                 end, Calls)}.

suspend(#call{caller = Caller, suspended = false} = Call) ->
    try erlang:suspend_process(Caller) of
        true -> Call#call{suspended = true}
    catch
        error:badarg -> Call
    end;
suspend(Call) ->
    Call.

resume(#call{caller = Caller, suspended = true}) ->
    try erlang:resume_process(Caller) of
        true -> ok
    catch
        error:badarg -> ok
    end;
resume(_Call) ->
    ok.

%% ---- The end ----

%% Every port ends for one reason; calls that wait are answered by our own end.
-spec over(term(), #state{}) -> no_return().
over(Reason, #state{links = Links, monitors = Monitors, names = Names, calls = Calls, busy = Busy}) ->
    pier_host_keeper:forget(self()),
    _ = [ets:delete(?TABLE, {busy, Port}) || Port <- maps:keys(Busy)],
    _ = [take_name(Name, Proxy) || {Name, Proxy} <- maps:values(Names)],
    _ = [resume(Call) || Call <- maps:values(Calls)],
    _ = [signal(Pid, Port, Reason) || {Port, Linked} <- maps:to_list(Links), Pid <- maps:keys(Linked)],
    _ = [send_down(Pid, Down(Reason)) || {Pid, Down, _} <- maps:values(Monitors)],
    exit(case Reason of normal -> stopped; {pier_host, Why} -> Why end).
