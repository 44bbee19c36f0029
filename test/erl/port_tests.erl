%% What a program may do with ports, in every style: an ordinary EUnit module. It knows of
%% no native host; test/erl/ports.t runs it on the BEAM, and compiled with the parse
%% transform on pier.
-module(port_tests).
-include_lib("eunit/include/eunit.hrl").
-import(erlang, [port_info/2, port_get_data/1]).

-define(TIME, 20000).

%% ---- Programs, and what comes from them ----

cat(Options) ->
    open_port({spawn, "cat"}, Options).

shell(Command, Options) ->
    open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", Command]} | Options]).

next() ->
    receive Message -> Message after ?TIME -> timeout end.

from(Port) ->
    receive {Port, Message} -> Message after ?TIME -> timeout end.

bytes(Port, Size) ->
    bytes(Port, Size, <<>>).

bytes(_Port, Size, Sofar) when byte_size(Sofar) >= Size ->
    Sofar;
bytes(Port, Size, Sofar) ->
    {data, Data} = from(Port),
    bytes(Port, Size, <<Sofar/binary, Data/binary>>).

nothing() ->
    receive Message -> Message after 50 -> nothing end.

%% Runs Work in a process of its own: {ended, Reason} or what it returned.
apart(Work) ->
    {Pid, Monitor} = spawn_monitor(fun() -> exit({returned, Work()}) end),
    receive
        {'DOWN', Monitor, process, Pid, {returned, Value}} -> Value;
        {'DOWN', Monitor, process, Pid, Reason} -> {ended, Reason}
    after ?TIME -> timeout
    end.

trapping(Work) ->
    apart(fun() -> process_flag(trap_exit, true), Work() end).

closed(Port) ->
    true = port_close(Port),
    receive {'EXIT', Port, normal} -> ok after 0 -> ok end.

%% ---- Messages and BIFs ----

echo_by_message_test() ->
    Port = cat([binary]),
    Port ! {self(), {command, <<"hello">>}},
    ?assertEqual(<<"hello">>, bytes(Port, 5)),
    closed(Port).

echo_by_bif_test() ->
    Port = cat([binary]),
    ?assert(port_command(Port, [<<"he">>, "ll", [$o]])),
    ?assertEqual(<<"hello">>, bytes(Port, 5)),
    closed(Port).

sending_returns_the_message_test() ->
    Port = cat([]),
    Message = {self(), {command, "x"}},
    ?assertEqual(Message, Port ! Message),
    ?assertEqual({data, "x"}, from(Port)),
    ?assertEqual(Message, erlang:send(Port, Message)),
    ?assertEqual({data, "x"}, from(Port)),
    ?assertEqual(ok, erlang:send(Port, Message, [nosuspend])),
    ?assertEqual({data, "x"}, from(Port)),
    ?assert(erlang:send_nosuspend(Port, Message)),
    ?assertEqual({data, "x"}, from(Port)),
    closed(Port).

packets_test_() ->
    [{timeout, 60, {lists:concat(["{packet,", Size, "}"]),
      fun() ->
              Port = cat([binary, {packet, Size}]),
              [?assert(port_command(Port, binary:copy(<<N>>, N))) || N <- [0, 1, 100, 255]],
              [?assertEqual({data, binary:copy(<<N>>, N)}, from(Port)) || N <- [0, 1, 100, 255]],
              closed(Port)
      end}} || Size <- [1, 2, 4]].

lines_test() ->
    Port = shell("printf 'one\\ntwo\\nthree and more'", [{line, 5}, exit_status]),
    ?assertEqual([{data, {eol, "one"}}, {data, {eol, "two"}}, {data, {noeol, "three"}}, {data, {noeol, " and "}}],
                 [from(Port) || _ <- lists:seq(1, 4)]),
    %% The status stands before the last part of a line.
    ?assertEqual([{exit_status, 0}, {data, {noeol, "more"}}], [from(Port), from(Port)]).

lists_and_binaries_test() ->
    ?assertEqual([{data, "x\n"}, {data, <<"x\n">>}],
                 [from(shell("echo x", Options)) || Options <- [[], [binary]]]).

big_data_test_() ->
    {timeout, 60, fun() ->
                          Port = cat([binary]),
                          Data = crypto:strong_rand_bytes(3000000),
                          ?assert(port_command(Port, Data)),
                          ?assertEqual(Data, bytes(Port, byte_size(Data))),
                          closed(Port)
                  end}.

terms_test() ->
    Port = cat([binary, {packet, 4}]),
    Term = {self(), make_ref(), [1.5, "text", #{a => Port}], fun erlang:abs/1},
    ?assert(port_command(Port, term_to_binary(Term))),
    {data, Answer} = from(Port),
    ?assertEqual(Term, binary_to_term(Answer)),
    closed(Port).

thousand_frames_in_order_test_() ->
    {timeout, 120, fun() ->
                           Port = cat([binary, {packet, 2}]),
                           Feeder = spawn_link(fun() -> [port_command(Port, <<N:32>>) || N <- lists:seq(1, 1000)] end),
                           ?assertEqual([{data, <<N:32>>} || N <- lists:seq(1, 1000)],
                                        [from(Port) || _ <- lists:seq(1, 1000)]),
                           ?assert(is_pid(Feeder)),
                           closed(Port)
                   end}.

%% ---- Ends ----

exit_status_test_() ->
    [{lists:concat(["status ", Wanted]),
      ?_assertEqual({exit_status, Wanted}, from(shell(Command, [exit_status])))}
     || {Command, Wanted} <- [{"exit 0", 0}, {"exit 7", 7}, {"kill -9 $$", 137}, {"no-such-program-here 2>&-", 127}]].

status_and_exit_test() ->
    ?assertMatch([{_, {data, "x\n"}}, {_, {exit_status, 3}}, {'EXIT', _, normal}, nothing],
                 trapping(fun() -> _ = shell("echo x; exit 3", [exit_status]), [next(), next(), next(), nothing()] end)).

eof_leaves_the_port_open_test() ->
    Port = shell("exec >&-; cat", [eof]),
    ?assertEqual(eof, from(Port)),
    ?assertEqual({connected, self()}, port_info(Port, connected)),
    closed(Port).

close_by_bif_test() ->
    ?assertMatch({true, {'EXIT', P, normal}, undefined, nothing, P},
                 trapping(fun() ->
                                  Port = cat([]),
                                  {port_close(Port), receive M -> M after 0 -> none end,
                                   erlang:port_info(Port), nothing(), Port}
                          end)).

close_by_message_test() ->
    ?assertMatch([{'EXIT', P, normal}, {P, closed}],
                 trapping(fun() -> Port = cat([]), Port ! {self(), close}, [next(), next()] end)).

exit_of_a_port_test() ->
    ?assertMatch([{'EXIT', _, gone}],
                 trapping(fun() -> Port = cat([]), true = exit(Port, gone), [next()] end)).

killed_port_test() ->
    ?assertMatch([{'EXIT', _, killed}],
                 trapping(fun() -> Port = cat([]), true = exit(Port, kill), [next()] end)).

exit_kills_an_owner_that_does_not_trap_test() ->
    ?assertEqual({ended, gone}, apart(fun() -> exit(cat([]), gone), receive never -> ok end end)).

normal_does_not_kill_test() ->
    ?assertEqual(alive, apart(fun() -> exit(cat([]), normal), alive end)).

badsig_test() ->
    ?assertEqual({ended, badsig}, apart(fun() -> cat([]) ! {self(), nonsense}, receive never -> ok end end)),
    ?assertMatch([{'EXIT', _, badsig}, nothing],
                 trapping(fun() -> cat([]) ! nonsense, [next(), nothing()] end)).

write_to_nobody_test() ->
    ?assertMatch({'EXIT', _, epipe},
                 trapping(fun() ->
                                  Port = shell("exec <&-; echo x; exec sleep 1000", []),
                                  {data, _} = from(Port),
                                  {os_pid, OsPid} = port_info(Port, os_pid),
                                  true = port_command(Port, "x"),
                                  Ended = next(),
                                  os:cmd("kill -9 " ++ integer_to_list(OsPid)),
                                  Ended
                          end)).

too_long_for_its_packet_test() ->
    ?assertMatch({true, {'EXIT', _, einval}},
                 trapping(fun() -> Port = cat([{packet, 1}]), {port_command(Port, binary:copy(<<1>>, 256)), next()} end)).

%% ---- Errors ----

errors_test_() ->
    [{Title, ?_assertError(Reason, Call())}
     || {Title, Reason, Call} <-
            [{"name", badarg, fun() -> open_port({nonsense, "x"}, []) end},
             {"option", badarg, fun() -> cat([{packet, 3}]) end},
             {"no list", badarg, fun() -> cat(binary) end},
             {"no file", enoent, fun() -> open_port({spawn_executable, "/no/such/file"}, []) end},
             {"no right", eacces, fun() -> open_port({spawn_executable, "/etc/passwd"}, []) end},
             {"no driver", badarg, fun() -> open_port({spawn_driver, "no_such_driver"}, []) end},
             {"command", badarg, fun() -> with(fun(P) -> port_command(P, not_iodata) end) end},
             {"command options", badarg, fun() -> with(fun(P) -> port_command(P, "x", [sometimes]) end) end},
             {"force", notsup, fun() -> with(fun(P) -> port_command(P, "x", [force]) end) end},
             {"connect", badarg, fun() -> with(fun(P) -> port_connect(P, nobody) end) end},
             {"connect to the dead", badarg, fun() -> with(fun(P) -> port_connect(P, dead()) end) end},
             {"control", badarg, fun() -> with(fun(P) -> port_control(P, 1, "x") end) end},
             {"call", badarg, fun() -> with(fun(P) -> erlang:port_call(P, 1, x) end) end},
             {"info", badarg, fun() -> with(fun(P) -> port_info(P, colour) end) end},
             {"closed: command", badarg, fun() -> port_command(gone(), "x") end},
             {"closed: close", badarg, fun() -> port_close(gone()) end},
             {"closed: connect", badarg, fun() -> port_connect(gone(), self()) end},
             {"closed: data", badarg, fun() -> port_get_data(gone()) end},
             {"closed: register", badarg, fun() -> register(port_tests_name, gone()) end},
             {"closed: link", noproc, fun() -> link(gone()) end},
             {"no port", badarg, fun() -> port_close(self()) end},
             {"no name", badarg, fun() -> port_command(no_such_name, "x") end},
             {"no name to send to", badarg, fun() -> no_such_name ! x end}]].

with(Work) ->
    Port = cat([]),
    try Work(Port) after port_close(Port) end.

gone() ->
    Port = cat([]),
    port_close(Port),
    Port.

dead() ->
    {Pid, Monitor} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Monitor, process, Pid, _} -> Pid end.

error_info_test_() ->
    [{Title, fun() ->
                     [{erlang, Function, Arguments, Location} | _] =
                         try Call() of _ -> none catch error:badarg:Stack -> Stack end,
                     ?assertEqual({Function, Arity, Cause},
                                  {Function, length(Arguments),
                                   maps:get(cause, proplists:get_value(error_info, Location), none)})
             end}
     || {Title, Arity, Cause, Call} <- [{"badopt", 2, badopt, fun() -> cat([colour]) end},
                                        {"badtype", 2, badtype, fun() -> port_info(self(), name) end},
                                        {"none", 2, none, fun() -> open_port({nonsense, 1}, []) end},
                                        {"of commands", 3, badopt, fun() -> with(fun(P) -> port_command(P, "x", [a]) end) end}]].

%% ---- Asking ----

info_test() ->
    Port = cat([{packet, 2}]),
    Self = self(),
    [{name, "cat"}, {links, [Self]}, {id, Id}, {connected, Self}, {input, 0}, {output, 0}, {os_pid, OsPid}] =
        erlang:port_info(Port),
    ?assert(is_integer(Id) andalso is_integer(OsPid)),
    port_command(Port, "four"),
    {data, "four"} = from(Port),
    ?assertEqual([{input, 4}, {output, 4}, {queue_size, 0}], [port_info(Port, I) || I <- [input, output, queue_size]]),
    closed(Port),
    ?assertEqual(undefined, port_info(Port, name)).

port_terms_test() ->
    Port = cat([]),
    ?assert(is_port(Port)),
    ?assertEqual(erlang:port_to_list(Port), lists:flatten(io_lib:format("~w", [Port]))),
    ?assertEqual(Port, list_to_port(erlang:port_to_list(Port))),
    ?assert(lists:member(Port, erlang:ports())),
    ?assertEqual(Port, binary_to_term(term_to_binary(Port))),
    closed(Port),
    ?assert(is_port(Port)),
    ?assertNot(lists:member(Port, erlang:ports())).

data_test() ->
    Port = cat([]),
    ?assertEqual(undefined, port_get_data(Port)),
    ?assert(erlang:port_set_data(Port, {mine, self(), Port})),
    ?assertEqual({mine, self(), Port}, port_get_data(Port)),
    closed(Port).

environment_and_folder_test() ->
    os:putenv("PORT_TESTS", "inherited"),
    Port = shell("echo $PORT_TESTS $MORE; pwd", [{line, 1000}, {env, [{"MORE", "given"}]}, {cd, "/"}]),
    ?assertEqual([{data, {eol, "inherited given"}}, {data, {eol, "/"}}], [from(Port), from(Port)]),
    os:unsetenv("PORT_TESTS"),
    ?assertEqual({data, "\n"}, from(shell("echo $PORT_TESTS", []))),
    {ok, Here} = file:get_cwd(),
    ?assertEqual({data, Here ++ "\n"}, from(shell("pwd", []))).

arguments_test() ->
    Port = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "echo \"$0\" \"$1\" \"$#\"", "a b", "ü"]}, binary]),
    ?assertEqual({data, <<"a b ü 1\n"/utf8>>}, from(Port)).

%% ---- Names ----

names_test() ->
    Port = cat([binary]),
    ?assert(register(port_tests_name, Port)),
    ?assertEqual(Port, whereis(port_tests_name)),
    ?assertEqual({registered_name, port_tests_name}, port_info(Port, registered_name)),
    ?assert(lists:member(port_tests_name, registered())),
    port_tests_name ! {self(), {command, "a"}},
    ?assertEqual({data, <<"a">>}, from(Port)),
    {port_tests_name, node()} ! {self(), {command, "b"}},
    ?assertEqual({data, <<"b">>}, from(Port)),
    ?assert(port_command(port_tests_name, "c")),
    ?assertEqual({data, <<"c">>}, from(Port)),
    ?assertEqual({name, "cat"}, port_info(port_tests_name, name)),
    ?assertError(badarg, register(port_tests_name, self())),
    ?assertError(badarg, register(port_tests_other, Port)),
    ?assert(unregister(port_tests_name)),
    ?assertEqual(undefined, whereis(port_tests_name)),
    ?assertEqual([], port_info(Port, registered_name)),
    closed(Port).

a_name_goes_with_its_port_test() ->
    Port = cat([]),
    register(port_tests_name, Port),
    ?assertError(badarg, register(port_tests_name, cat([]))),
    port_close(port_tests_name),
    ?assertEqual(undefined, whereis(port_tests_name)),
    ?assert(register(port_tests_name, self())),
    ?assertEqual(self(), whereis(port_tests_name)),
    ?assert(unregister(port_tests_name)).

%% ---- Links and monitors ----

the_owner_is_linked_test() ->
    Port = cat([]),
    ?assertEqual({links, [self()]}, port_info(Port, links)),
    {links, Mine} = process_info(self(), links),
    ?assert(lists:member(Port, Mine)),
    ?assert(unlink(Port)),
    ?assertEqual({links, []}, port_info(Port, links)),
    closed(Port).

links_of_others_test() ->
    Port = cat([]),
    Tester = self(),
    Other = spawn(fun() ->
                          process_flag(trap_exit, true),
                          link(Port),
                          Tester ! ready,
                          Tester ! {other, next()}
                  end),
    ready = next(),
    ?assertEqual({links, lists:sort([self(), Other])},
                 setelement(2, port_info(Port, links), lists:sort(element(2, port_info(Port, links))))),
    unlink(Port),
    exit(Port, enough),
    ?assertEqual({other, {'EXIT', Port, enough}}, next()).

a_dying_owner_takes_its_port_along_test() ->
    Tester = self(),
    Owner = spawn(fun() -> Tester ! {port, cat([])}, receive R -> exit(R) end end),
    {port, Port} = next(),
    Reference = monitor(port, Port),
    Owner ! {because, "of", this},
    ?assertMatch({'DOWN', Reference, _, Port, {because, "of", this}}, next()).

a_linked_process_takes_the_port_along_test() ->
    ?assertMatch({'EXIT', _, bad},
                 trapping(fun() ->
                                  Port = cat([]),
                                  spawn(fun() -> link(Port), exit(bad) end),
                                  next()
                          end)).

%% What a port gets from functions whose names only the running program knows.
by_name_test() ->
    {Module, Open, Command} = {list_to_existing_atom("erlang"), open_port, port_command},
    Port = Module:open_port({spawn, "cat"}, [binary]),
    ?assert(Module:Command(Port, "a")),
    ?assertEqual(<<"a">>, bytes(Port, 1)),
    Other = Module:Open({spawn, "cat"}, [binary]),
    ?assert(apply(Module, Command, [Other, "b"])),
    ?assertEqual(<<"b">>, bytes(Other, 1)),
    Arguments = [Other, {self(), {command, "c"}}],
    _ = spawn(Module, send, Arguments),
    ?assertEqual(<<"c">>, bytes(Other, 1)),
    {Pid, Monitor} = spawn_monitor(Module, port_close, [Other]),
    ?assertEqual(normal, receive {'DOWN', Monitor, process, Pid, Reason} -> Reason after ?TIME -> timeout end),
    ?assertEqual(undefined, Module:port_info(Other)),
    ?assert(Module:port_close(Port)),
    ?assertError(undef, Module:port_close(Port, Port)),
    ?assertError(badarg, apply(Port, Command, [])).

%% The reference is an alias of the process, as long as its kind says.
aliases_test() ->
    ?assertEqual(ok, trapping(fun() -> aliases(cat([])) end)).

aliases(Port) ->
    [Mine, Reply, Explicit] = [monitor(port, Port, [{alias, Kind}, {tag, {my, Kind}}])
                               || Kind <- [demonitor, reply_demonitor, explicit_unalias]],
    [begin Alias ! {one, Alias}, Alias ! {two, Alias} end || Alias <- [Mine, Reply, Explicit]],
    ?assertEqual([{one, Mine}, {two, Mine}, {one, Reply}, {one, Explicit}, {two, Explicit}],
                 [next() || _ <- lists:seq(1, 5)]),
    Gone = monitor(port, Port, [{alias, explicit_unalias}, {alias, demonitor}]),
    ?assert(demonitor(Gone, [info])),
    Gone ! nobody,
    ?assertNot(demonitor(Gone, [info, flush])),
    Fresh = monitor(port, Port, [{alias, reply_demonitor}]),
    ?assert(port_close(Port)),
    ?assertEqual({'EXIT', Port, normal}, next()),
    ?assertEqual([{'DOWN', Fresh, port, Port, normal},
                  {{my, demonitor}, Mine, port, Port, normal},
                  {{my, explicit_unalias}, Explicit, port, Port, normal}], lists:sort([next(), next(), next()])),
    Explicit ! still,
    ?assertEqual(still, next()),
    Fresh ! nobody,
    ?assert(erlang:unalias(Explicit)),
    ?assertNot(erlang:unalias(Fresh)),
    Late = monitor(port, Port, [{alias, reply_demonitor}]),
    ?assertEqual({'DOWN', Late, port, Port, noproc}, next()),
    [?assertError(badarg, monitor(port, Port, Options))
     || Options <- [[{alias, nonsense}], [{alias, demonitor}, nonsense], [{alias, demonitor} | x], {alias, demonitor}]],
    ?assertEqual(nothing, nothing()),
    ok.

monitors_test() ->
    Port = cat([]),
    [First, Second] = [monitor(port, Port), erlang:monitor(port, Port, [{tag, mine}])],
    Third = monitor(port, Port),
    ?assert(demonitor(Third)),
    {monitored_by, By} = port_info(Port, monitored_by),
    ?assertEqual([self(), self()], By),
    {monitors, Mine} = process_info(self(), monitors),
    ?assertEqual(2, length([P || {port, P} <- Mine, P =:= Port])),
    unlink(Port),
    exit(Port, over),
    ?assertEqual([{'DOWN', First, port, Port, over}, {mine, Second, port, Port, over}, nothing],
                 [next(), next(), nothing()]).

monitor_of_what_is_gone_test() ->
    Port = gone(),
    Reference = monitor(port, Port),
    ?assertEqual({'DOWN', Reference, port, Port, noproc}, next()),
    Flushed = monitor(port, Port),
    ?assert(demonitor(Flushed, [flush])),
    ?assertEqual(nothing, nothing()),
    Known = monitor(port, Port),
    ?assertMatch({'DOWN', Known, port, Port, noproc}, next()),
    ?assertNot(demonitor(Known, [info])).

monitor_by_name_test() ->
    Port = cat([]),
    register(port_tests_name, Port),
    Reference = monitor(port, port_tests_name),
    port_close(Port),
    ?assertEqual({'DOWN', Reference, port, {port_tests_name, node()}, normal}, next()).

%% ---- Owners ----

connect_by_bif_test() ->
    Port = cat([binary]),
    Tester = self(),
    Heir = spawn(fun() -> Tester ! {heir, next()} end),
    ?assert(port_connect(Port, Heir)),
    ?assertEqual({connected, Heir}, port_info(Port, connected)),
    port_command(Port, "for you"),
    ?assertEqual({heir, {Port, {data, <<"for you">>}}}, next()).

connect_by_message_test() ->
    Port = cat([binary]),
    Heir = spawn(fun() -> receive never -> ok end end),
    Port ! {self(), {connect, Heir}},
    ?assertEqual(connected, from(Port)),
    ?assertEqual({connected, Heir}, port_info(Port, connected)),
    exit(Heir, kill),
    closed(Port).

several_senders_test_() ->
    {timeout, 60, fun() ->
                          Port = cat([binary, {packet, 2}]),
                          [spawn_link(fun() -> [port_command(Port, <<Who, N>>) || N <- lists:seq(1, 50)] end)
                           || Who <- lists:seq(1, 8)],
                          Got = [begin {data, D} = from(Port), D end || _ <- lists:seq(1, 400)],
                          [?assertEqual(lists:seq(1, 50), [N || <<W, N>> <- Got, W =:= Who])
                           || Who <- lists:seq(1, 8)],
                          closed(Port)
                  end}.

%% ---- Busy ports ----

busy() ->
    Port = shell("echo ready; exec sleep 1000", [binary, exit_status]),
    {data, <<"ready\n">>} = from(Port),
    true = port_command(Port, binary:copy(<<"x">>, 200000)),
    Port.

nosuspend_test() ->
    Port = busy(),
    ?assertNot(port_command(Port, "x", [nosuspend])),
    ?assertEqual(nosuspend, erlang:send(Port, {self(), {command, "x"}}, [nosuspend])),
    ?assertNot(erlang:send_nosuspend(Port, {self(), {command, "x"}})),
    kill(Port).

kill(Port) ->
    unlink(Port),
    {os_pid, OsPid} = port_info(Port, os_pid),
    os:cmd("kill -9 " ++ integer_to_list(OsPid)).

callers_of_busy_ports_are_suspended_test_() ->
    {timeout, 60, fun() ->
                          Port = busy(),
                          unlink(Port),
                          Works = [fun() -> port_command(Port, "x") end, fun() -> Port ! {self(), {command, "x"}} end],
                          Callers = [spawn_monitor(Work) || Work <- Works],
                          [?assertEqual(suspended, suspended(Pid, 200)) || {Pid, _} <- Callers],
                          [{Killed, KilledRef}, {Other, OtherRef}] = Callers,
                          exit(Killed, kill),
                          receive {'DOWN', KilledRef, process, Killed, killed} -> ok end,
                          kill(Port),
                          %% The end of the port lets the other go on: its message is dropped.
                          receive {'DOWN', OtherRef, process, Other, Reason} -> ?assertEqual(normal, Reason) end
                  end}.

suspended(_Pid, 0) ->
    never;
suspended(Pid, Tries) ->
    case process_info(Pid, status) of
        {status, suspended} -> suspended;
        _ -> timer:sleep(10), suspended(Pid, Tries - 1)
    end.

%% ---- Functions as values ----

funs_test() ->
    Open = fun open_port/2,
    Close = fun erlang:port_close/1,
    Port = Open({spawn, "cat"}, [binary]),
    lists:foreach(fun(Data) -> apply(erlang, port_command, [Port, Data]) end, ["a", "b"]),
    ?assertEqual(<<"ab">>, bytes(Port, 2)),
    Name = port_info,
    ?assertEqual({name, "cat"}, erlang:Name(Port, name)),
    ?assert(Close(Port)).

%% ---- Drivers ----

with_driver(Work) ->
    Folder = filename:absname(os:getenv("PIER_DRIVERS", "build/drivers")),
    case filelib:is_regular(filename:join(Folder, "arith_drv.so")) of
        false ->
            ok;                                   % built without drivers
        true ->
            ok = erl_ddll:load(Folder, arith_drv),
            try Work() after erl_ddll:unload(arith_drv) end
    end.

driver_test() ->
    with_driver(fun() ->
                        Port = open_port({spawn_driver, "arith_drv"}, [binary]),
                        ?assertEqual("5", port_control(Port, 1, [2, 3])),
                        ?assertEqual({a, [term], self()}, erlang:port_call(Port, 0, {a, [term], self()})),
                        ?assertEqual({a, b}, erlang:port_call(Port, {a, b})),
                        ?assertError(badarg, port_control(Port, 99, "")),
                        port_command(Port, "echo"),
                        ?assertEqual({data, <<"echo">>}, from(Port)),
                        ?assertEqual({os_pid, undefined}, port_info(Port, os_pid)),
                        closed(Port)
                end).

driver_of_a_busy_port_test() ->
    with_driver(fun() ->
                        Port = open_port({spawn, "arith_drv"}, []),
                        port_control(Port, 13, ""),
                        ?assertNot(port_command(Port, "x", [nosuspend])),
                        ?assert(port_command(Port, "forced", [force])),
                        ?assertEqual({data, "forced"}, from(Port)),
                        port_control(Port, 14, ""),
                        ?assert(port_command(Port, "x", [nosuspend])),
                        ?assertEqual({data, "x"}, from(Port)),
                        closed(Port)
                end).

driver_ends_its_port_test() ->
    with_driver(fun() ->
                        ?assertMatch({'EXIT', _, gone},
                                     trapping(fun() ->
                                                      Port = open_port({spawn_driver, "arith_drv"}, []),
                                                      port_control(Port, 6, ""),
                                                      next()
                                              end))
                end).

loaded_drivers_test() ->
    with_driver(fun() ->
                        {ok, Loaded} = erl_ddll:loaded_drivers(),
                        ?assert(lists:member("arith_drv", Loaded)),
                        ?assertEqual(1, length([P || {P, 1} <- element(2, lists:keyfind(processes, 1, erl_ddll:info(arith_drv))),
                                                     P =:= self()]))
                end),
    ?assertMatch({error, _}, erl_ddll:load("/no/such/folder", no_such_drv)).
