%% Owners in call mode: against the example jobs, and against scripts that say
%% what no program of pier would.
-module(pier_call_tests).
-include_lib("eunit/include/eunit.hrl").
-export([log/2, execute/3]).

built(Name) ->
    Build = case os:getenv("PIER_BUILD") of false -> "build"; Folder -> Folder end,
    filename:absname(filename:join(Build, Name)).

jobs() ->
    #{program => built("examples/jobs")}.

started(Options) ->
    process_flag(trap_exit, true),
    {ok, Owner} = pier:start_link(Options),
    Owner.

with(Options, Test) ->
    Owner = started(Options),
    Test(Owner),
    pier:stop(Owner),
    receive {'EXIT', Owner, normal} -> ok end,
    ?assertEqual([], messages()).

%% EUnit's own processes end beside ours.
messages() ->
    {messages, Messages} = process_info(self(), messages),
    [Message || Message <- Messages, element(1, Message) =/= 'EXIT'].

%% A program that writes these terms and reads until its input ends.
says(Terms) ->
    Bytes = [frame(Term) || Term <- Terms],
    #{program => "/bin/sh",
      args => ["-c", lists:flatten(["printf '", octal(Bytes), "'; exec cat >/dev/null"])]}.

frame(Term) ->
    Bytes = term_to_binary(Term, [{minor_version, 2}]),
    [<<(byte_size(Bytes)):32>>, Bytes].

octal(Bytes) ->
    [io_lib:format("\\~3.8.0b", [Byte]) || <<Byte>> <= iolist_to_binary(Bytes)].

hello(Mode) ->
    {pier, 1, 4, Mode, #{frame => 1000}}.

answers_test() ->
    with(jobs(),
         fun(Owner) ->
                 ?assertEqual({ok, {ok, 6.0}}, pier:call(Owner, {sum, [1, 2, 3]})),
                 ?assertEqual({ok, {error, {undef, no, 1}}}, pier:call(Owner, {no, 1})),
                 ?assertMatch({ok, {error, {badarg, _}}}, pier:call(Owner, {sum, [a]})),
                 ?assertMatch(#{mode := call, packet := 4, calls := 0}, pier:info(Owner))
         end).

in_any_order_test() ->
    with(jobs(),
         fun(Owner) ->
                 Slow = pier:send_request(Owner, {sleep, 300}),
                 ?assertEqual({ok, {ok, 3.0}}, pier:call(Owner, {sum, [3]})),
                 ?assertEqual({ok, {ok, slept}}, pier:receive_response(Slow, 20000))
         end).

%% The four threads are free again only if the program was told.
timeouts_are_told_test() ->
    with(jobs(),
         fun(Owner) ->
                 Slow = [pier:send_request(Owner, {sleep, 600000}) || _ <- lists:seq(1, 8)],
                 [?assertEqual({error, timeout}, pier:receive_response(Request, 50)) || Request <- Slow],
                 ?assertEqual({ok, {ok, 3.0}}, pier:call(Owner, {sum, [3]}, 20000)),
                 ?assertMatch(#{calls := 0}, pier:info(Owner))
         end).

dead_callers_are_told_test() ->
    with(jobs(),
         fun(Owner) ->
                 Callers = [spawn(fun() -> pier:call(Owner, {sleep, 600000}, infinity) end)
                            || _ <- lists:seq(1, 8)],
                 wait_until(fun() -> maps:get(calls, pier:info(Owner)) =:= 8 end),
                 [exit(Caller, kill) || Caller <- Callers],
                 ?assertEqual({ok, {ok, 3.0}}, pier:call(Owner, {sum, [3]}, 20000)),
                 ?assertMatch(#{calls := 0}, pier:info(Owner))
         end).

wait_until(Test) ->
    case Test() of
        true -> ok;
        false -> timer:sleep(10), wait_until(Test)
    end.

%% 100 processes, 100 calls each, all at once: sums of their own, and naps that
%% mix the order.
everybody_gets_its_own_test_() ->
    {timeout, 100, fun() -> with(jobs(), fun everybody_gets_its_own/1) end}.

everybody_gets_its_own(Owner) ->
    Self = self(),
    Callers = [spawn_link(fun() -> Self ! {self(), ask(Owner, Caller * 1000)} end)
               || Caller <- lists:seq(1, 100)],
    [receive {Caller, Right} -> ?assertEqual(100, Right); {'EXIT', Caller, Why} when Why =/= normal -> error(Why) end
     || Caller <- Callers],
    [receive {'EXIT', Caller, normal} -> ok end || Caller <- Callers].

ask(Owner, From) ->
    Requests = [request(Owner, From + N) || N <- lists:seq(1, 100)],
    length([ok || {Request, Wanted} <- Requests,
                  pier:receive_response(Request, 60000) =:= {ok, {ok, Wanted}}]).

request(Owner, N) when N rem 10 =:= 0 ->
    {pier:send_request(Owner, {sleep, rand:uniform(4) - 1}), slept};
request(Owner, N) ->
    Rest = rand:uniform(200),
    {pier:send_request(Owner, {sum, [N, 0.5 | lists:duplicate(Rest, 0.0)]}), N + 0.5}.

events_test() ->
    with(jobs(),
         fun(Owner) ->
                 {ok, Mine} = pier:subscribe(Owner),
                 {ok, Other} = pier:subscribe(Owner),
                 ?assertEqual({ok, {ok, 3}}, pier:call(Owner, {count, 3})),
                 [?assertEqual([1, 2, 3], counted(Reference, 3)) || Reference <- [Other, Mine]],
                 ok = pier:unsubscribe(Owner, Other),
                 pier:cast(Owner, {count, 1}),
                 ?assertEqual([1], counted(Mine, 1)),
                 ?assertMatch(#{subscribers := 1}, pier:info(Owner)),
                 ok = pier:unsubscribe(Owner, Mine)
         end).

counted(Reference, Count) ->
    [receive {Reference, {event, {count, N}}} -> N after 20000 -> none end || _ <- lists:seq(1, Count)].

a_dead_subscriber_is_forgotten_test() ->
    with(jobs(),
         fun(Owner) ->
                 {Pid, Gone} = spawn_monitor(fun() -> {ok, _} = pier:subscribe(Owner) end),
                 receive {'DOWN', Gone, process, Pid, normal} -> ok end,
                 wait_until(fun() -> maps:get(subscribers, pier:info(Owner)) =:= 0 end)
         end).

subscribers_hear_of_the_end_test() ->
    Owner = started(jobs()),
    {ok, Reference} = pier:subscribe(Owner),
    pier:stop(Owner),
    receive {'DOWN', Reference, process, Owner, normal} -> ok end,
    ?assertEqual({error, noproc}, pier:subscribe(Owner)).

credit_test() ->
    with((jobs())#{credit => 2},
         fun(Owner) ->
                 {ok, Reference} = pier:subscribe(Owner),
                 ?assertEqual({ok, {ok, 5}}, pier:call(Owner, {count, 5})),
                 ?assertEqual([1, 2], counted(Reference, 2)),
                 ?assertEqual({ok, {ok, 0.0}}, pier:call(Owner, {sum, []})),
                 ?assertEqual([], messages()),
                 ok = pier:credit(Owner, 1),
                 ?assertEqual([3], counted(Reference, 1)),
                 ok = pier:credit(Owner, infinity),
                 ?assertEqual([4, 5], counted(Reference, 2)),
                 ok = pier:unsubscribe(Owner, Reference)
         end).

%% What nobody hears takes no credit away.
credit_comes_back_test() ->
    with((jobs())#{credit => 1},
         fun(Owner) ->
                 ?assertEqual({ok, {ok, 3}}, pier:call(Owner, {count, 3})),
                 {ok, Reference} = pier:subscribe(Owner),
                 ok = pier:cast(Owner, {count, 1}),
                 receive {Reference, {event, {count, _}}} -> ok after 20000 -> ?assert(false) end,
                 ok = pier:unsubscribe(Owner, Reference)
         end).

dropped_test() ->
    with((jobs())#{credit => 0},
         fun(Owner) ->
                 {ok, Reference} = pier:subscribe(Owner),
                 ?assertEqual({ok, {ok, 2000}}, pier:call(Owner, {count, 2000})),
                 ok = pier:credit(Owner, 5000),
                 {Came, Dropped} = heard(Reference, 0, 0),
                 ?assert(Dropped > 0),
                 ?assertEqual(2000, Came + Dropped),
                 ok = pier:unsubscribe(Owner, Reference)
         end).

heard(_, Came, Dropped) when Came + Dropped >= 2000 ->
    {Came, Dropped};
heard(Reference, Came, Dropped) ->
    receive
        {Reference, {event, _}} -> heard(Reference, Came + 1, Dropped);
        {Reference, {dropped, <<>>, Count}} -> heard(Reference, Came, Dropped + Count)
    after 20000 -> {Came, Dropped}
    end.

%% Logs

log(#{level := Level, msg := {Format, Arguments}, meta := #{domain := [pier]}}, #{config := To}) ->
    To ! {logged, Level, lists:flatten(io_lib:format(Format, Arguments))};
log(_, _) ->
    ok.

logs_test() ->
    ok = logger:set_primary_config(level, all),
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => self()}),
    Owner = started(says([hello(call), {log, warning, <<"h\303\244">>}, {log, debug, <<255>>},
                          {log, nonsense, text}, {error, {badterm, <<"x">>}}, {reply, unknown, 1},
                          {reply, make_ref(), 1}, {something, new}, {dropped, <<>>, 1}, {log, info, <<"end">>}])),
    Logged = [receive {logged, Level, Text} -> {Level, Text} after 20000 -> none end
              || _ <- lists:seq(1, 5)],
    pier:stop(Owner),
    ok = logger:remove_handler(?MODULE),
    ok = logger:set_primary_config(level, none),
    ?assertEqual([{warning, "sh: h\x{e4}"}, {debug, "sh: \x{ff}"}, {notice, "sh: text"},
                  {warning, "/bin/sh: a message could not be served: {badterm,<<\"x\">>}"},
                  {info, "sh: end"}], Logged).

%% In plain mode a program may do the same if its owner was told so.
plain_events_test() ->
    with((says([hello(plain), {event, early}]))#{events => true},
         fun(Owner) -> ?assertMatch(#{mode := plain, biggest := 1000}, pier:info(Owner)) end).

refused_hellos_test_() ->
    [{Name, fun() ->
                    process_flag(trap_exit, true),
                    logger:set_primary_config(level, none),
                    Said = says([Hello]),
                    ?assertEqual({error, {program, "/bin/sh", Reason}},
                                 pier:start_link(maps:merge(Said, Options)))
            end}
     || {Name, Options, Hello, Reason} <-
            [{"frames that are no terms", #{}, hello(frame), {mode, frame, plain}},
             {"plain for call", #{mode => call}, hello(plain), {mode, plain, call}},
             {"call for plain", #{mode => plain}, hello(call), {mode, call, plain}},
             {"another map", #{}, {pier, 1, 4, call, []}, {hello, {pier, 1, 4, call, []}}}]].

%% A request that the program would not take never reaches it.
too_big_for_the_program_test() ->
    with(says([hello(call)]),
         fun(Owner) ->
                 ?assertMatch({error, {too_big, _, 1000}}, pier:call(Owner, binary:copy(<<"x">>, 1000))),
                 ok = pier:cast(Owner, binary:copy(<<"x">>, 1000)),
                 ?assertMatch(#{calls := 0}, pier:info(Owner))
         end).

other_packets_test() ->
    %% A program of pier with another N says so, and its owner hears the end of it.
    process_flag(trap_exit, true),
    {ok, Owner} = pier:start_link((jobs())#{packet => 2, mode => call}),
    receive {'EXIT', Owner, Reason} -> ?assertMatch({program, _, {status, 1}}, Reason) end.

%% Hooks

execute(Event, Measurements, About) ->
    case whereis(?MODULE) of
        undefined -> ok;
        Pid -> Pid ! {hook, Event, lists:sort(maps:keys(Measurements)), maps:get(name, About)}
    end.

hook_test() ->
    register(?MODULE, self()),
    Owner = started((jobs())#{name => pier_call_tests_jobs, hook => ?MODULE}),
    {ok, _} = pier:call(Owner, {count, 1}),
    {error, timeout} = pier:call(Owner, {sleep, 600000}, 0),
    pier:stop(Owner),
    Wanted = [{[pier, call, stop], [duration]}, {[pier, call, stop], [duration]},
              {[pier, event], [subscribers]}, {[pier, port, start], [system_time]},
              {[pier, port, stop], [duration]}],
    Got = [receive {hook, Event, Keys, pier_call_tests_jobs} -> {Event, Keys} after 20000 -> none end
           || _ <- Wanted],
    unregister(?MODULE),
    ?assertEqual(Wanted, lists:sort(Got)).

a_hook_that_fails_does_no_harm_test() ->
    logger:set_primary_config(level, none),
    with((jobs())#{hook => fun(_, _, _) -> error(oops) end},
         fun(Owner) -> ?assertEqual({ok, {ok, 1.0}}, pier:call(Owner, {sum, [1]})) end).

%% pier wrap

wrap_test_() ->
    {timeout, 60, fun wrapped/0}.

wrapped() ->
    File = filename:join("/tmp", "pier-wrap-test." ++ os:getpid()),
    Script = "trap '' TERM; echo $$ >" ++ File ++ "; exec sleep 100000",
    Owner = started(#{program => "/bin/sh", args => ["-c", Script], packet => 4,
                      wrap => #{command => built("pier"), grace => 200, signal => 'INT'}}),
    wait_until(fun() -> filelib:file_size(File) > 1 end),
    {ok, Pid} = file:read_file(File),
    Proc = "/proc/" ++ string:trim(binary_to_list(Pid)),
    ?assert(filelib:is_dir(Proc)),
    pier:stop(Owner),
    wait_until(fun() -> not filelib:is_dir(Proc) end),
    file:delete(File).
