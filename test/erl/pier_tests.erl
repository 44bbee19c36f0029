%% The owner of a port program, against programs that every system has and
%% against calc.
-module(pier_tests).
-behaviour(supervisor).
-include_lib("eunit/include/eunit.hrl").
-export([init/1]).

cat() ->
    #{program => os:find_executable("cat"), packet => 4}.

sh(Script) ->
    #{program => "/bin/sh", args => ["-c", Script], packet => 4}.

peer(Name) ->
    Build = case os:getenv("PIER_BUILD") of false -> "build/check"; Folder -> Folder end,
    filename:absname(filename:join([Build, "peers", Name])).

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
    ?assertEqual({error, {too_big, 1507, 255}}, pier:call(Owner, lists:duplicate(300, 1000))),
    ?assertEqual({ok, hello}, pier:call(Owner, hello)),
    pier:stop(Owner).

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

%% What is no frame ends the owner at once, with what came.
text_is_no_answer_test_() ->
    [{integer_to_list(Packet),
      fun() ->
              Owner = started((sh("read -r _; echo hello; exec sleep 60"))#{packet => Packet}),
              Reason = {program, "/bin/sh", {text, <<"hello\n">>}},
              ?assertEqual({error, Reason}, pier:call(Owner, '\n')),
              ?assertEqual(Reason, reason_of(Owner))
      end} || Packet <- [1, 2, 4]].

bad_answer_test() ->
    Owner = started(sh("read -r _; printf '\\0\\0\\0\\002hi'")),
    Reason = {program, "/bin/sh", {no_frame, <<0, 0, 0, 2, "hi">>}},
    ?assertEqual({error, Reason}, pier:call(Owner, '\n')),
    ?assertEqual(Reason, reason_of(Owner)).

%% What each of test/peers comes to, with the hello and without.
hostile_test_() ->
    Abc = <<0, 0, 0, 100, "abc">>,
    [{Name ++ case Options of #{packet := _} -> ", packet"; _ -> ", hello" end,
      fun() ->
              Program = peer(Name),
              Reason = {program, Program, Wanted},
              case start(Options#{program => Program}) of
                  {ok, Owner} ->
                      ?assertEqual({error, Reason}, pier:call(Owner, hello, 20000)),
                      ?assertEqual(Reason, reason_of(Owner));
                  Error ->
                      ?assertEqual({error, Reason}, Error)
              end
      end}
     || {Name, Options, Wanted} <-
            [{"says_hello", #{packet => 4}, {text, <<"hello, world\n">>}},
             {"says_hello", #{hello => 20000}, {text, <<"hello, world\n">>}},
             {"dies_in_frame", #{packet => 4}, {no_frame, Abc}},
             {"dies_in_frame", #{hello => 20000}, {no_frame, Abc}},
             {"dies_in_header", #{packet => 4}, {truncated, {no_frame, <<0, 0>>}, {signal, 9}}},
             {"dies_in_header", #{hello => 20000}, {truncated, {no_frame, <<0, 0>>}, {signal, 9}}},
             {"huge_header", #{packet => 4}, {frame_size, 16#ffffffff, 16#4000000}},
             {"huge_header", #{hello => 20000}, {no_frame, <<255, 255, 255, 255>>}},
             {"closes_stdin", #{packet => 4}, {no_frame, <<0, 0, 0, 1, "x">>}},
             {"closes_stdin", #{hello => 20000}, {no_frame, <<0, 0, 0, 1, "x">>}},
             {"says_nothing", #{hello => 100}, {no_hello, timeout}}]].

%% What it floods with is no term: the first frame ends it.
floods_test() ->
    ?assertMatch({program, _, {no_frame, _}}, reason_of(started(#{program => peer("floods"), packet => 4}))).

%% A program that does not read stops nobody: callers time out, the rest is refused.
never_reads_test() ->
    Owner = started((sh("exec sleep 5"))#{backlog => 3}),
    Big = binary:copy(<<"x">>, 100000),
    Requests = [pier:send_request(Owner, Big) || _ <- lists:seq(1, 6)],
    [First, _, _, _, _, Last] = Requests,
    ?assertEqual({error, overload}, pier:receive_response(Last, 20000)),
    ?assertEqual({error, timeout}, pier:receive_response(First, 0)),
    ?assertMatch(#{calls := 4, backlog := 3}, pier:info(Owner)),
    pier:stop(Owner),
    ?assertEqual([{error, stopped}],
                 lists:usort([pier:receive_response(Request, 1000) || Request <- lists:sublist(Requests, 2, 4)])).

%% What waited for the program to read comes in order when it does.
backlog_test() ->
    Owner = started(sh("read -r _ </dev/null; sleep 0.2; exec cat")),
    Terms = [{N, binary:copy(<<"x">>, 50000)} || N <- lists:seq(1, 20)],
    Requests = [pier:send_request(Owner, Term) || Term <- Terms],
    ?assertEqual([{ok, Term} || Term <- Terms],
                 [pier:receive_response(Request, 20000) || Request <- Requests]),
    ?assertMatch(#{calls := 0, backlog := 0}, pier:info(Owner)),
    pier:stop(Owner).

bad_term_test() ->
    Owner = started(sh("read -r _; printf '\\0\\0\\0\\002\\203z'; exec sleep 60")),
    ?assertEqual({error, {program, "/bin/sh", {bad_answer, <<131, "z">>}}}, pier:call(Owner, '\n')).

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

%% A release that was copied without modes, say.
no_x_bit_test() ->
    File = filename:join("/tmp", "pier-test." ++ os:getpid()),
    ok = file:write_file(File, "#!/bin/sh\n"),
    ?assertEqual({error, {program, File, eacces}}, start(#{program => File})),
    ok = file:delete(File).

in_path_test() ->
    Owner = started(#{program => {path, "cat"}, packet => 4}),
    ?assertEqual({ok, hello}, pier:call(Owner, hello)),
    pier:stop(Owner),
    ?assertEqual({error, {not_in_path, "no such program"}},
                 start(#{program => {path, "no such program"}})).

no_application_test() ->
    ?assertEqual({error, {no_priv_dir, no_such_application}},
                 start(#{program => {priv, no_such_application, "calc"}})).

a_stranger_is_noproc_test() ->
    ?assertEqual({error, noproc}, pier:call(nobody_has_this_name, hello)).

arguments_go_through_as_given_test() ->
    %% Its answer is the external form of the atom ''.
    Script = "test \"$1\" = 'a b' -a \"$V\" = w -a \"$PWD\" = / || exit 9;"
             "read -r _; printf '\\0\\0\\0\\004\\203d\\0\\0'",
    Owner = started(#{program => "/bin/sh", packet => 4, args => ["-c", Script, "sh", "a b"],
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

supervised_as_asked_test() ->
    Spec = pier:child_spec((cat())#{name => a, id => b, restart => transient, shutdown => 7}),
    ?assertMatch(#{id := b, restart := transient, shutdown := 7}, Spec),
    ?assertEqual([(cat())#{name => a}], element(3, maps:get(start, Spec))).

%% The supervisor's rules: a status other than 0 is a crash, 0 is none.
restarted_test_() ->
    [{lists:flatten(io_lib:format("~p, status ~b", [Restart, Status])),
      fun() ->
              process_flag(trap_exit, true),
              logger:set_primary_config(level, none),
              Options = sh("read -r line; exit " ++ integer_to_list(Status)),
              Spec = pier:child_spec(Options#{id => x, restart => Restart}),
              {ok, Supervisor} = supervisor:start_link(pier_tests, [Spec]),
              [{x, Owner, _, _}] = supervisor:which_children(Supervisor),
              {error, Reason} = pier:call(Owner, '\n'),
              ?assertEqual({program, "/bin/sh", {status, Status}}, Reason),
              Children = supervisor:which_children(Supervisor),
              ?assertEqual(Again, [Pid || {x, Pid, _, _} <- Children, is_pid(Pid), Pid =/= Owner] =/= []),
              unlink(Supervisor),
              exit(Supervisor, shutdown)
      end} || {Restart, Status, Again} <- [{permanent, 0, true}, {permanent, 3, true},
                                           {transient, 0, false}, {transient, 3, true},
                                           {temporary, 3, false}]].

init(Children) ->
    {ok, {#{intensity => 5}, Children}}.

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
             {Program({port, badsig}), "/x/calc lost its port: badsig"},
             {Program({text, <<"hi\n">>}),
              "/x/calc wrote text to its standard output, where frames belong: \"hi\\n\""},
             {Program({no_frame, <<0, 0, 1>>}),
              "/x/calc wrote what is no frame of a term (is {packet,N} another?): <<0,0,1>>"},
             {Program({frame_size, 100, 10}), "/x/calc announced a frame of 100 bytes or more; 10 are allowed"},
             {Program({truncated, {no_frame, <<0, 0>>}, {signal, 9}}),
              "/x/calc was killed by signal 9 in the middle of a frame that began with <<0,0>>"},
             {Program({no_hello, {status, 1}}), "/x/calc ended with status 1 before it said hello"},
             {Program({no_hello, timeout}),
              "/x/calc said no hello in time: it hangs, or it was not made with pier"
              " (then give its packet)"},
             {Program({hello, x}), "/x/calc said a hello that makes no sense: x"},
             {Program({mode, plain, call}), "/x/calc speaks in plain mode, call mode was wanted"},
             {Program(eacces), "/x/calc cannot be run: it has no x bit, or a folder above it"
              " cannot be searched"},
             {{shutdown, Program({status, 0})}, "/x/calc ended with status 0"},
             {{not_in_path, "x"}, "there is no x in PATH"},
             {{too_big, 5, 4}, "a request of 5 bytes is too big, the program takes 4"},
             {overload, "the program does not read, and too many requests wait for it"},
             {stopped, "the owner of the program was stopped"},
             {Program({bad_answer, <<"hi">>}),
              "/x/calc answered with 2 bytes that are no external term"},
             {Program(enoent), "/x/calc cannot be run: no such file or directory"},
             {Program(no_such_errno), "/x/calc cannot be run: no_such_errno"},
             {{no_priv_dir, x}, "the application x has no priv folder"},
             {timeout, "the program did not answer in time"},
             {noproc, "no owner of a program has that name"},
             {{what, ever}, "{what,ever}"}]].
