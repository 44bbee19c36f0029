%% The owner of a port program, against programs that every system has and
%% against calc.
-module(pier_tests).
-include_lib("eunit/include/eunit.hrl").

cat() ->
    #{program => os:find_executable("cat")}.

sh(Script) ->
    #{program => "/bin/sh", args => ["-c", Script]}.

calc() ->
    Folder = case os:getenv("PIER_BUILD") of
                 false -> "priv";
                 Build -> filename:join(Build, "examples")
             end,
    filename:absname(filename:join(Folder, "calc")).

%% Starts an owner whose end does not end the test.
start(Options) ->
    process_flag(trap_exit, true),
    logger:set_primary_config(level, none),
    pier:start_link(Options).

started(Options) ->
    {ok, Owner} = start(Options),
    Owner.

reason_of(Owner) ->
    receive {'EXIT', Owner, Reason} -> Reason after 10000 -> no_exit end.

answers_with_the_term_test_() ->
    Terms = [ok, 0, -1, 1 bsl 200, 1.5, "text", <<"bytes">>, [], {}, #{a => [1, 2]}, <<1:3>>,
             "\x{1F600}", lists:seq(1, 1000), binary:copy(<<"x">>, 3000000)],
    {setup,
     fun() -> started(cat()) end,
     fun pier:stop/1,
     fun(Owner) ->
             [{lists:flatten(io_lib:format("~0tP", [Term, 8])),
               ?_assertEqual({ok, Term}, pier:call(Owner, Term))} || Term <- Terms]
     end}.

calc_adds_test() ->
    Owner = started(#{program => calc()}),
    ?assertEqual({ok, {ok, 3}}, pier:call(Owner, {add, 1, 2})),
    ?assertEqual(ok, pier:stop(Owner)).

calc_refuses_test() ->
    Owner = started(#{program => calc()}),
    ?assertMatch({ok, {error, _}}, pier:call(Owner, {no, such, request})),
    ?assertEqual(ok, pier:stop(Owner)).

packets_test_() ->
    [{integer_to_list(Packet),
      fun() ->
              Owner = started((cat())#{packet => Packet}),
              ?assertEqual({ok, hello}, pier:call(Owner, hello)),
              pier:stop(Owner)
      end} || Packet <- [1, 2, 4]].

too_big_for_the_header_test() ->
    Owner = started((cat())#{packet => 1}),
    Reason = {program, maps:get(program, cat()), {port, einval}},
    ?assertEqual({error, Reason}, pier:call(Owner, lists:duplicate(300, a))),
    ?assertEqual(Reason, reason_of(Owner)).

answers_go_to_their_callers_test() ->
    Owner = started(cat()),
    Self = self(),
    Callers = [spawn_link(fun() -> Self ! {self(), N, pier:call(Owner, N)} end)
               || N <- lists:seq(1, 50)],
    [receive {Caller, N, Answer} -> ?assertEqual({ok, N}, Answer) end || Caller <- Callers],
    pier:stop(Owner).

a_late_answer_is_dropped_test() ->
    %% Answers the first request, a frame of seven bytes, once the second begins.
    Script = "head -c 7 >/dev/null; head -c 1 >/dev/null;"
             "printf '\\0\\0\\0\\003\\203a\\0\\0'; exec cat",
    Owner = started(sh(Script)),
    ?assertEqual({error, timeout}, pier:call(Owner, 1, 50)),
    ?assertEqual({ok, 2}, pier:call(Owner, 2)),
    ?assertEqual([], messages()),
    pier:stop(Owner).

messages() ->
    {messages, Messages} = process_info(self(), messages),
    [Message || Message <- Messages, element(1, Message) =/= 'EXIT'].

status_test() ->
    Owner = started(sh("read -r _; exit 3")),
    Reason = {program, "/bin/sh", {status, 3}},
    ?assertEqual({error, Reason}, pier:call(Owner, '\n')),
    ?assertEqual(Reason, reason_of(Owner)).

signal_test() ->
    Owner = started(sh("read -r _; kill -9 $$")),
    Reason = {program, "/bin/sh", {signal, 9}},
    ?assertEqual({error, Reason}, pier:call(Owner, '\n')),
    ?assertEqual(Reason, reason_of(Owner)).

text_is_no_answer_test() ->
    Owner = started((sh("read -r _; echo hi"))#{packet => 1}),
    %% "h" announces 104 bytes that never come.
    ?assertEqual({error, {program, "/bin/sh", {status, 0}}}, pier:call(Owner, '\n')).

bad_answer_test() ->
    Owner = started(sh("read -r _; printf '\\0\\0\\0\\002hi'")),
    Reason = {program, "/bin/sh", {bad_answer, <<"hi">>}},
    ?assertEqual({error, Reason}, pier:call(Owner, '\n')),
    ?assertEqual(Reason, reason_of(Owner)).

safe_test() ->
    Bytes = "\\203d\\0\\024never_heard_of_be" "fore",
    Script = "read -r _; printf '\\0\\0\\0\\027" ++ Bytes ++ "'",
    Owner = started((sh(Script))#{safe => true}),
    ?assertMatch({error, {program, _, {bad_answer, _}}}, pier:call(Owner, '\n')).

missing_test() ->
    ?assertEqual({error, {program, "/no/such/program", enoent}},
                 start(#{program => "/no/such/program"})).

directory_test() ->
    ?assertEqual({error, {program, "/etc", eisdir}}, start(#{program => "/etc"})).

no_permission_test() ->
    ?assertEqual({error, {program, "/etc/passwd", eacces}}, start(#{program => "/etc/passwd"})).

no_application_test() ->
    ?assertEqual({error, {no_priv_dir, no_such_application}},
                 start(#{program => {priv, no_such_application, "calc"}})).

a_stranger_is_noproc_test() ->
    ?assertEqual({error, noproc}, pier:call(nobody_has_this_name, hello)).

arguments_go_through_as_given_test() ->
    %% Its answer is the external form of the atom ''.
    Script = "test \"$1\" = 'a b' -a \"$V\" = w -a \"$PWD\" = / || exit 9;"
             "read -r _; printf '\\0\\0\\0\\004\\203d\\0\\0'",
    Owner = started(#{program => "/bin/sh", args => ["-c", Script, "sh", "a b"],
                      env => [{"V", "w"}], cd => "/"}),
    ?assertEqual({ok, ''}, pier:call(Owner, '\n')).

supervised_test() ->
    process_flag(trap_exit, true),
    Name = pier_tests_cat,
    Spec = pier:child_spec((cat())#{name => Name}),
    ?assertEqual(Name, maps:get(id, Spec)),
    {Module, Function, Arguments} = maps:get(start, Spec),
    {ok, Owner} = apply(Module, Function, Arguments),
    ?assertEqual({ok, hello}, pier:call(Name, hello)),
    ?assertEqual(Owner, whereis(Name)),
    pier:stop(Name),
    ?assertEqual(undefined, whereis(Name)).

the_owners_end_closes_the_port_test() ->
    Before = erlang:ports(),
    Owner = started(cat()),
    ?assertEqual(1, length(erlang:ports() -- Before)),
    pier:stop(Owner),
    ?assertEqual([], erlang:ports() -- Before).

sentences_test_() ->
    Program = fun(How) -> {program, "/x/calc", How} end,
    [{Text, ?_assertEqual(Text, unicode:characters_to_list(pier:format_error(Reason)))}
     || {Reason, Text} <-
            [{Program({status, 3}), "/x/calc ended with status 3"},
             {Program({signal, 9}), "/x/calc was killed by signal 9"},
             {Program({port, epipe}), "/x/calc stopped reading its input"},
             {Program({port, einval}), "a request for /x/calc was too big for the packet header"},
             {Program({port, badsig}), "the port of /x/calc ended: badsig"},
             {Program({bad_answer, <<"hi">>}),
              "/x/calc answered with 2 bytes that are no external term"},
             {Program(enoent), "/x/calc cannot be run: no such file or directory"},
             {Program(no_such_errno), "/x/calc cannot be run: no_such_errno"},
             {{no_priv_dir, x}, "the application x has no priv folder"},
             {timeout, "the program did not answer in time"},
             {noproc, "no owner of a program has that name"},
             {{what, ever}, "{what,ever}"}]].
