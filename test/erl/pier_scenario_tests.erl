%% The parts of the scenario runner by themselves, then whole runs that must end
%% in a mismatch.
-module(pier_scenario_tests).
-include_lib("eunit/include/eunit.hrl").

written(Term) ->
    lists:flatten(io_lib:format("~s", [pier_scenario_print:line(Term)])).

writer_test_() ->
    Long = binary:copy(<<"x">>, 65),
    Hash = "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9",
    [?_assertEqual(Text, written(Term)) ||
        {Term, Text} <-
            [{[], "[].\n"},
             {{}, "{}.\n"},
             {"ab", "[97,98].\n"},
             {[a, [b, c], {d}], "[a,[b,c],{d}].\n"},
             {[a | b], "[a|b].\n"},
             {[a, b | <<"c">>], "[a,b|<<\"c\">>].\n"},
             {<<>>, "<<>>.\n"},
             {<<" ~">>, "<<\" ~\">>.\n"},
             {<<"a\"b">>, "<<97,34,98>>.\n"},
             {<<"a\\b">>, "<<97,92,98>>.\n"},
             {<<"a\n">>, "<<97,10>>.\n"},
             {<<127>>, "<<127>>.\n"},
             {<<1:3>>, "<<1:3>>.\n"},
             {binary:copy(<<"x">>, 64), "<<\"" ++ lists:duplicate(64, $x) ++ "\">>.\n"},
             {Long, "{blob,65,<<\"" ++ Hash ++ "\">>}.\n"},
             {[{Long}], "[{{blob,65,<<\"" ++ Hash ++ "\">>}}].\n"},
             {'a b', "'a b'.\n"},
             {'end', "'end'.\n"},
             {1.5, "1.5.\n"},
             {#{b => <<"x">>, a => []}, "#{a=>[],b=><<\"x\">>}.\n"}]].

%% The first block and the cut of the second, as sha256sum has them.
random_test() ->
    ?assertEqual(<<>>, pier_scenario_names:random(1, 0)),
    First = crypto:hash(sha256, <<7:64, 0:64>>),
    Second = crypto:hash(sha256, <<7:64, 1:64>>),
    ?assertEqual(binary:part(First, 0, 5), pier_scenario_names:random(7, 5)),
    ?assertEqual(First, pier_scenario_names:random(7, 32)),
    ?assertEqual(<<First/binary, (binary:part(Second, 0, 1))/binary>>, pier_scenario_names:random(7, 33)).

names() ->
    Env = pier_scenario_names:bind(pid, me, self(), pier_scenario_names:new([{"${TMP}", "/tmp/run.1"}])),
    pier_scenario_names:bind(ref, m, make_ref(), Env).

resolve_test_() ->
    Env = names(),
    [?_assertEqual(Result, pier_scenario_names:resolve(Term, Env)) ||
        {Term, Result} <-
            [{{pid, me}, self()},
             {[{pid, me} | {pid, me}], [self() | self()]},
             {#{a => {pid, me}}, #{a => self()}},
             {{lit, {pid, me}}, {pid, me}},
             {{rep, 3, $x}, <<"xxx">>},
             {[{rep, 1, 0}, 7], [<<0>>, 7]},
             {{port, 1}, {port, 1}}]]
        ++ [?_assertThrow({unbound, q}, pier_scenario_names:resolve({a, [{port, q}]}, Env))].

match_test_() ->
    Env = names(),
    [?_assertEqual(Result, pier_scenario_names:match(Pattern, Term, Env)) ||
        {Pattern, Term, Result} <-
            [{'_', anything, true},
             {{'_', b}, {a, b}, true},
             {{a, b}, {a, b, c}, false},
             {[1 | '_'], [1, 2, 3], true},
             {[1, 2], [1, 2, 3], false},
             {{lit, '_'}, a, false},
             {{lit, '_'}, '_', true},
             {{pid, me}, self(), true},
             {{pid, me}, {pid, me}, false},
             {{data, {rep, 2, $a}}, {data, <<"aa">>}, true},
             {{data, {rep, 2, $a}}, {data, "aa"}, false},
             {#{a => '_'}, #{a => 1}, true},
             {#{a => '_'}, #{a => 1, b => 2}, false},
             {1, 1.0, false}]].

naming_test_() ->
    Env = names(),
    [?_assertEqual(Result, pier_scenario_names:result(Term, Env)) ||
        {Term, Result} <-
            [{self(), {pid, me}},
             {make_ref(), {unknown, ref}},
             {[{os_pid, 17}, {id, 0}], [{os_pid, '<pid>'}, {id, '<id>'}]},
             {{os_pid, undefined}, {os_pid, undefined}},
             {{links, [whereis(init), self()]}, {links, [{pid, me}, {unknown, pid}]}},
             {<<"at /tmp/run.1/x">>, <<"at ${TMP}/x">>},
             {"/tmp/run.1", "${TMP}"},
             {[a | self()], [a | {pid, me}]}]].

%% Puts messages into a new mailbox and looks for them.
look(Messages, Look) ->
    {Pid, Monitor} = spawn_monitor(fun() ->
                                           [self() ! Message || Message <- Messages],
                                           Seen = Look(),
                                           exit({Seen, pier_scenario_expect:flush(0)})
                                   end),
    receive {'DOWN', Monitor, process, Pid, Result} -> Result end.

equal(Pattern, Message) ->
    Pattern =:= '_' orelse Pattern =:= Message.

merge(Lists) ->
    fun() -> pier_scenario_expect:merge(Lists, 10, fun equal/2) end.

expect_test_() ->
    [?_assertEqual(Result, look(Messages, merge(Lists))) ||
        {Lists, Messages, Result} <-
            [{[[a]], [a, b], {{ok, true}, [b]}},
             {[[a]], [b, a], {{got, b}, [a]}},
             {[[a]], [], {{got, nothing}, []}},
             %% any order
             {[[a], [b], [c]], [c, a, b], {{ok, true}, []}},
             {[[a], [b]], [a, a], {{got, a}, []}},
             %% what matches both may turn out to have been either
             {[['_'], [a]], [a, b], {{ok, true}, []}},
             %% lists that keep their order
             {[[a, b], [c, d]], [c, a, d, b], {{ok, true}, []}},
             {[[a, b], [c, d]], [a, d], {{got, d}, []}},
             {[[a, b], [a, c]], [a, a, c, b], {{ok, true}, []}},
             {[[a, b], [a, c]], [a, c, a, c], {{got, c}, []}},
             {[[], []], [x], {{ok, true}, [x]}}]].

race_test_() ->
    Race = [{ab, [a, b]}, {ac, [a, c]}, {d, [d]}],
    [?_assertEqual(Result, look(Messages, fun() -> pier_scenario_expect:race(Race, 10, fun equal/2) end)) ||
        {Messages, Result} <-
            [{[a, b], {{ok, ab}, []}},
             {[a, c, d], {{ok, ac}, [d]}},
             {[d, a], {{ok, d}, [a]}},
             {[a, d], {{got, d}, []}},
             {[a], {{got, nothing}, []}}]].

gather_test_() ->
    Gather = fun() -> pier_scenario_expect:gather(p, 4, 10) end,
    [?_assertEqual(Result, look(Messages, Gather)) ||
        {Messages, Result} <-
            [{[{p, {data, <<"ab">>}}, {p, {data, "cd"}}, x], {{ok, <<"abcd">>}, [x]}},
             {[{p, {data, <<"abcde">>}}], {{got, {p, {data, <<"abcde">>}}}, []}},
             {[{p, {data, <<"abc">>}}, {q, {data, <<"d">>}}], {{got, {q, {data, <<"d">>}}}, []}},
             {[{p, {data, <<"abc">>}}], {{got, nothing}, []}}]].

arrange_test() ->
    Kind = fun(q) -> {port, b}; (p) -> {port, a}; (r) -> {pid, r}; (Other) -> Other end,
    Messages = [other, {q, {data, "1"}}, {r, hello}, {p, {data, <<"x">>}}, {q, {data, "2"}},
                {'EXIT', p, normal}, {p, {data, <<"y">>}}, {p, {data, <<"z">>}},
                {'DOWN', ref, port, q, normal}, {q, {data, "3"}}, {'DOWN', ref, port, {name, node}, x}],
    ?assertEqual([{p, {data, <<"x">>}}, {'EXIT', p, normal}, {p, {data, <<"yz">>}},
                  {q, {data, "1"}}, {q, {data, "2"}}, {'DOWN', ref, port, q, normal}, {q, {data, "3"}},
                  {r, hello},
                  other, {'DOWN', ref, port, {name, node}, x}],
                 pier_scenario_expect:arrange(Messages, Kind, fun(Name) -> Name =:= a end)).

mode_test_() ->
    [?_assertEqual(Mode, pier_scenario_program:mode({spawn, "x"}, Options)) ||
        {Options, Mode} <- [{[], stream}, {[binary, eof], stream}, {[{packet, 4}], other},
                            {[{packet, 4}, stream], stream}, {[stream, {packet, 1}], other},
                            {[line], other}, {[{line, 4}, stream], other}, {[a | b], stream},
                            {none, other}]].

%% What a scenario prints.
transcript(Steps) ->
    Self = self(),
    Config = #{print => fun(Line) -> Self ! {line, Line} end, leave => fun() -> ok end, paths => [], peer => undefined},
    Run = fun() -> pier_scenario_run:run({scenario, s, #{timeout => 200}, Steps}, Config) end,
    {Pid, Monitor} = spawn_monitor(Run),
    receive {'DOWN', Monitor, process, Pid, normal} -> ok end,
    [{scenario, s} | Lines] = lines(),
    Lines.

lines() ->
    receive {line, Line} -> [Line | lines()] after 0 -> [] end.

run_test_() ->
    Cat = {program, cat, {exec, "cat", []}},
    Open = {open, p, cat, [binary]},
    [{lists:flatten(io_lib:format("~0tP", [Steps, 20])), ?_assertEqual(Lines, transcript(Steps))} ||
        {Steps, Lines} <-
            [{[], ['end']},
             {[{quiet, 1}], [{main, {quiet}}, 'end']},
             {[{close, p}], [{mismatch, {main, {unbound, p}}}]},
             {[{expect, {{port, p}, closed}}], [{mismatch, {main, {unbound, p}}}]},
             {[Cat, {open, p, dog, []}], [{mismatch, {main, {unbound, dog}}}]},
             {[{as, b, []}], [{mismatch, {main, {unbound, b}}}]},
             {[{expect, hello}], [{mismatch, {main, {wanted, hello, {got, nothing}}}}]},
             {[Cat, Open, {command, p, <<"x">>}, {expect, {{port, p}, {data, <<"y">>}}}],
              [{main, {open, p, ok}}, {main, {command, p, true}},
               {mismatch, {main, {wanted, {{port, p}, {data, <<"y">>}},
                                  {got, {{port, p}, {data, <<"x">>}}}}}}]},
             {[Cat, Open, {command, p, bad, [ok]}],
              [{main, {open, p, ok}},
               {mismatch, {main, {wanted, {command, p, bad, [ok]}, {got, {error, error, badarg}}}}}]},
             {[Cat, Open, {command, p, bad, [badarg]}, {command3, p, x, [bad]}],
              [{main, {open, p, ok}}, {main, {command, p, {one_of, [badarg]}}},
               {main, {command3, p, {error, error, {badarg, badopt}}}}, 'end']},
             {[{within, 10, [{sleep, 30}]}],
              [{mismatch, {main, {wanted, {within, 10, [{sleep, 30}]}, {got, late}}}}]},
             {[{at_least, 10, [{sleep, 30}, {quiet, 1}]}],
              [{main, {quiet}}, {main, {at_least, 10, ok}}, 'end']},
             %% a role that dies in a step, and afterwards
             {[{role, b}, {as, b, [{exit_role, b, why}, {quiet, 1}, {flag, trap_exit, true}, {sleep, 1}]}],
              [{b, {exit_role, b, {dead, why}}}, {b, {dead, why}}, {b, {dead, why}}, 'end']},
             {[{role, b}, {exit_role, b, why}, {as, b, [{close, never_bound}]}],
              [{main, {exit_role, b, true}}, {b, {dead, why}}, 'end']},
             {[Cat, Open, {send, p, oops}, {quiet, 1}],
              [{main, {open, p, ok}}, {main, {send, p, {dead, badsig}}}, {main, {dead, badsig}}, 'end']},
             %% a call that is suspended for ever
             {[{program, deaf, {exec, "sleep", ["1000"]}}, {open, p, deaf, [{busy_limits_port, {1, 1}}]},
               {command, p, {rep, 100000, 0}}, {command, p, <<"x">>}],
              [{main, {open, p, ok}}, {main, {command, p, true}}, {mismatch, {main, timeout}}]},
             {[{program, deaf, {exec, "sleep", ["1000"]}}, {role, b},
               {open, p, deaf, [{busy_limits_port, {1, 1}}]},
               {command, p, {rep, 100000, 0}}, {async, b, {command, p, <<"x">>}}, {close, p}, {await, b}],
              [{main, {open, p, ok}}, {main, {command, p, true}}, {b, {async, {command, p, <<"x">>}}},
               {main, {close, p, true}}, {b, {command, p, {error, error, badarg}}}, 'end']}]].

file_test_() ->
    Read = fun(Text) ->
                   Name = filename:join(os:getenv("TMPDIR", "/tmp"), "pier-test." ++ os:getpid() ++ ".scn"),
                   ok = file:write_file(Name, Text),
                   Result = pier_scenario_file:read(Name),
                   ok = file:delete(Name),
                   Result
           end,
    [?_assertEqual(Result, Read(Text)) ||
        {Text, Result} <-
            [{"{pier_scenarios,1}. {scenario,a,#{},[{quiet,1}]}.", {ok, [{scenario, a, #{}, [{quiet, 1}]}]}},
             {"{pier_scenarios,2}.", {error, {version, 2}}},
             {"{scenario,a,#{},[]}.", {error, no_header}},
             {"{pier_scenarios,1}. {scenario,a,#{},[]}. {scenario,a,#{},[]}.", {error, {twice, a}}},
             {"{pier_scenarios,1}. {scenario,a,#{},[{quite,1}]}.", {error, {step, a, {quite, 1}}}},
             {"{pier_scenarios,1}. {scenario,a,#{},[{as,b,[{quiet}]}]}.",
              {error, {step, a, {as, b, [{quiet}]}}}},
             {"{pier_scenarios,1}. {scenario,a}.", {error, {no_scenario, {scenario, a}}}}]]
        ++ [?_assertMatch({error, {file, _}}, Read("{pier_scenarios,1}")),
            ?_assertMatch({error, {file, enoent}}, pier_scenario_file:read("/no/such/file"))].
