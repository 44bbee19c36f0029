#!/usr/bin/env escript
%%! -kernel logger_level critical
%% What ends a native host, and what its VM sees of that; one case for each argument. Says
%% "ok", or what was wrong.
main([Case | Arguments]) ->
    Result = try run(list_to_atom(Case), Arguments) catch Class:Reason:Stack -> {Class, Reason, Stack} end,
    io:format("~0tp~n", [Result]).

%% Three owners of ten ports, one of them in a call on a busy port; names, monitors.
run(killed, [What]) ->
    process_flag(trap_exit, true),
    {ok, Host} = pier_host:start(),
    [Named | _] = Ports = [cat() || _ <- lists:seq(1, 8)],
    pier_host:register(killed_port, Named),
    Monitor = pier_host:monitor(port, Named),
    pier_host:port_command(Named, "x"),
    receive {Named, {data, "x"}} -> ok end,
    Self = self(),
    {Untrapped, Death} = spawn_monitor(fun() -> cat(), Self ! opened, receive never -> ok end end),
    receive opened -> ok end,
    Busy = pier_host:open_port({spawn, "sleep 1000"}, []),
    pier_host:port_command(Busy, binary:copy(<<1>>, 200000)),
    Caller = spawn(fun() -> Self ! {called, catch pier_host:port_command(Busy, "x")} end),
    until(fun() -> process_info(Caller, status) =:= {status, suspended} end),
    Reason = {pier_host, {signal, 9}},
    os:cmd("kill -9 " ++ integer_to_list(os_pid(list_to_atom(What), Host))),
    [receive {'EXIT', Port, Reason} -> ok end || Port <- [Busy | Ports]],
    receive {'DOWN', Monitor, port, Named, Reason} -> ok end,
    receive {'DOWN', Death, process, Untrapped, Reason} -> ok end,
    receive {called, {'EXIT', {badarg, _}}} -> ok end,
    undefined = pier_host:whereis(killed_port),
    undefined = pier_host:port_info(Named),
    {'EXIT', {badarg, _}} = (catch pier_host:port_command(Named, "x")),
    Alias = pier_host:monitor(port, Named, [{alias, explicit_unalias}]),
    [receive {'DOWN', Late, port, Named, noproc} -> ok end
     || Late <- [pier_host:monitor(port, Named), pier_host:monitor(port, Named, []), Alias]],
    Alias ! to_the_alias,
    receive to_the_alias -> true = unalias(Alias) end,
    nothing = receive Twice -> Twice after 100 -> nothing end,
    works();
%% Says which processes there are, and waits to be killed.
run(vm, []) ->
    {ok, Host} = pier_host:start(),
    _ = [pier_host:open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", Command]}])
         || Command <- ["cat", "exec sleep 1000", "trap '' TERM HUP; sleep 1000 & wait; sleep 1000"]],
    io:format("host ~b~n", [os_pid(host, Host)]),
    timer:sleep(60000);
%% Many ports, many frames, all under way at once: nothing is lost, and each port's order kept.
run(flood, [Ports, Frames]) ->
    Count = list_to_integer(Frames),
    Owners = [spawn_monitor(fun() -> flood(Count) end) || _ <- lists:seq(1, list_to_integer(Ports))],
    [receive {'DOWN', Monitor, process, Pid, Reason} -> normal = Reason end || {Pid, Monitor} <- Owners],
    ok;
run(stopped, []) ->
    process_flag(trap_exit, true),
    {ok, Host} = pier_host:start(),
    Port = cat(),
    ok = pier_host:stop(Host),
    receive {'EXIT', Port, normal} -> works() end;
run(two, []) ->
    {ok, First} = pier_host:start(),
    {ok, Second} = pier_host:start(#{default => false}),
    [A, B] = [cat(), pier_host:open_port({spawn, "cat"}, [{host, Second}])],
    true = lists:sort([A, B]) =:= lists:sort([P || P <- pier_host:ports(), pier_host:is_native(P)]),
    pier_host:unlink(B),
    os:cmd("kill -9 " ++ integer_to_list(os_pid(host, Second))),
    until(fun() -> pier_host:port_info(B) =:= undefined end),
    {name, "cat"} = pier_host:port_info(A, name),
    true = maps:is_key(os_pid, pier_host:info(First)),
    ok;
run(limits, []) ->
    process_flag(trap_exit, true),
    {ok, _} = pier_host:start(#{limits => #{ports => 2, frame => 10, queue => 300000}}),
    Port = pier_host:open_port({spawn, "cat"}, [{packet, 1}]),
    pier_host:port_command(Port, "more than ten"),
    receive {'EXIT', Port, emsgsize} -> ok end,
    Deaf = pier_host:open_port({spawn, "sleep 1000"}, []),
    pier_host:port_command(Deaf, binary:copy(<<1>>, 2000000)),
    receive {'EXIT', Deaf, enomem} -> ok end,
    _ = [cat(), cat()],
    {'EXIT', {system_limit, _}} = (catch cat()),
    ok;
%% Hosts that never ask again before they sleep, and that do so for long, say the same.
run(poll, []) ->
    _ = [begin
             {ok, Host} = pier_host:start(#{poll => Us}),
             works(),
             ok = pier_host:stop(Host)
         end || Us <- [0, 5000]],
    {error, {status, 2}} = pier_host:start(#{poll => 1000001}),
    ok;
run(no_command, []) ->
    {error, _} = pier_host:start(#{pier => "/no/such/pier"}),
    {error, {enoent, "no-such-command"}} = pier_host:start(#{command => ["no-such-command"]}),
    {error, {status, 1}} = pier_host:start(#{command => ["sh", "-c", "exit 1"]}),
    works();
%% What a shell on a host says that is started by the command.
run(below, [Question | Command]) ->
    {ok, Host} = pier_host:start(#{command => Command}),
    works(),
    Port = pier_host:open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", Question]}, exit_status]),
    Said = said(Port, []),
    pier_host:stop(Host),
    Said;
%% A monitor by name, in a VM with a node's name.
run(named, []) ->
    true = is_alive(),
    Port = cat(),
    true = pier_host:register(named_port, Port),
    Item = {named_port, node()},
    References = [pier_host:monitor(port, named_port), pier_host:monitor(port, Item)],
    {monitors, [{port, Item}, {port, Item}]} = pier_host:process_info(self(), monitors),
    Item ! {self(), {command, "x"}},
    receive {Port, {data, "x"}} -> ok end,
    pier_host:port_close(Port),
    [receive {'DOWN', Reference, port, Item, normal} -> ok end || Reference <- References],
    ok;
%% A driver that writes where it must not; the host is started by what follows.
run(wild, [Drivers, Operation | Command]) ->
    process_flag(trap_exit, true),
    {ok, Wild} = pier_host:start(#{command => Command, default => false}),
    Cat = cat(),
    ok = file:set_cwd("/"),
    ok = load(Wild, Drivers),
    Port = pier_host:open_port({spawn_driver, "wild_drv"}, [{host, Wild}]),
    Answer = (catch pier_host:port_control(Port, list_to_integer(Operation), "")),
    Seen = receive {'EXIT', Port, Reason} -> Reason after 0 -> none end,
    case Answer of
        [] -> none = Seen;
        {'EXIT', {badarg, _}} -> true = Seen =/= none
    end,
    pier_host:port_command(Cat, "x"),
    receive {Cat, {data, "x"}} -> {Seen, still, here} end.

flood(Count) ->
    Port = pier_host:open_port({spawn, "cat"}, [binary, {packet, 4}]),
    spawn_link(fun() ->
                       [pier_host:port_command(Port, <<N:32, 0:800>>) || N <- lists:seq(1, Count)],
                       receive never -> ok end
               end),
    [receive {Port, {data, <<Got:32, 0:800>>}} -> N = Got end || N <- lists:seq(1, Count)].

load(Host, Drivers) ->
    {ok, Value} = pier_host_call:call(Host, 'erl_ddll:load', [Drivers, "wild_drv"]),
    Value.

cat() ->
    pier_host:open_port({spawn, "cat"}, []).

works() ->
    Port = cat(),
    pier_host:port_command(Port, "x"),
    receive {Port, {data, "x"}} -> ok end.

said(Port, Sofar) ->
    receive
        {Port, {data, More}} -> said(Port, Sofar ++ More);
        {Port, {exit_status, Status}} -> {Status, string:trim(Sofar)}
    end.

os_pid(host, Host) ->
    maps:get(os_pid, pier_host:info(Host));
os_pid(guard, Host) ->
    [Real] = [Port || {Known, Port} <- pier_host_keeper:hosts(), Known =:= Host],
    {os_pid, OsPid} = erlang:port_info(Real, os_pid),
    OsPid.

until(Condition) ->
    case Condition() of
        true -> ok;
        false -> timer:sleep(5), until(Condition)
    end.
