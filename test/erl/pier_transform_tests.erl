%% The parse transform over abstract code: each row is an expression as it is written and as
%% it is compiled. Then whole modules: what imports, own functions and options change.
-module(pier_transform_tests).
-include_lib("eunit/include/eunit.hrl").

%% ---- Expressions ----

bifs() ->
    [{"open_port(N, O)", "pier_host:open_port(N, O)"},
     {"erlang:open_port(N, O)", "pier_host:open_port(N, O)"},
     {"port_command(P, D)", "pier_host:port_command(P, D)"},
     {"port_command(P, D, [force])", "pier_host:port_command(P, D, [force])"},
     {"erlang:port_command(P, D, [force])", "pier_host:port_command(P, D, [force])"},
     {"port_close(P)", "pier_host:port_close(P)"},
     {"port_connect(P, N)", "pier_host:port_connect(P, N)"},
     {"port_control(P, 1, D)", "pier_host:port_control(P, 1, D)"},
     {"erlang:port_call(P, D)", "pier_host:port_call(P, D)"},
     {"erlang:port_call(P, 1, D)", "pier_host:port_call(P, 1, D)"},
     {"erlang:port_info(P)", "pier_host:port_info(P)"},
     {"erlang:port_info(P, id)", "pier_host:port_info(P, id)"},
     {"erlang:ports()", "pier_host:ports()"},
     {"erlang:port_set_data(P, D)", "pier_host:port_set_data(P, D)"},
     {"erlang:port_get_data(P)", "pier_host:port_get_data(P)"},
     {"erlang:port_to_list(P)", "pier_host:port_to_list(P)"},
     {"port_to_list(P)", "pier_host:port_to_list(P)"},
     {"list_to_port(T)", "pier_host:list_to_port(T)"},
     {"P ! M", "pier_host:'!'(P, M)"},
     {"erlang:'!'(P, M)", "pier_host:'!'(P, M)"},
     {"erlang:send(P, M)", "pier_host:send(P, M)"},
     {"erlang:send(P, M, [nosuspend])", "pier_host:send(P, M, [nosuspend])"},
     {"erlang:send_nosuspend(P, M)", "pier_host:send_nosuspend(P, M)"},
     {"erlang:send_nosuspend(P, M, [])", "pier_host:send_nosuspend(P, M, [])"},
     {"link(P)", "pier_host:link(P)"},
     {"unlink(P)", "pier_host:unlink(P)"},
     {"monitor(port, P)", "pier_host:monitor(port, P)"},
     {"erlang:monitor(port, P, [])", "pier_host:monitor(port, P, [])"},
     {"demonitor(R)", "pier_host:demonitor(R)"},
     {"erlang:demonitor(R, [flush])", "pier_host:demonitor(R, [flush])"},
     {"exit(P, R)", "pier_host:exit(P, R)"},
     {"register(n, P)", "pier_host:register(n, P)"},
     {"unregister(n)", "pier_host:unregister(n)"},
     {"whereis(n)", "pier_host:whereis(n)"},
     {"process_info(P)", "pier_host:process_info(P)"},
     {"process_info(P, links)", "pier_host:process_info(P, links)"},
     {"erl_ddll:load(D, N)", "pier_host_ddll:load(D, N)"},
     {"erl_ddll:info()", "pier_host_ddll:info()"},
     {"erl_ddll:try_unload(N, [])", "pier_host_ddll:try_unload(N, [])"},
     {"'Elixir.Port':open(N, O)", "'Elixir.Pier.Port':open(N, O)"},
     {"'Elixir.Process':info(P, links)", "'Elixir.Pier.Port':process_info(P, links)"},
     {"'Elixir.Process':link(P)", "pier_host:link(P)"},
     {"'Elixir.Kernel':send(P, M)", "pier_host:send(P, M)"}].

%% What is left as it was.
others() ->
    ["exit(R)", "ports()", "self()", "is_port(P)", "port(P)", "lists:link(P)", "open_port(N)", "m:open_port(N, O)",
     "send(P, M)", "M:f(P)", "M:link(P, 1)", "m:F(P)", "'Elixir.Port':'__info__'(functions)", "erlang:is_port(P)", "fun exit/1", "fun m:link/1", "length(L)",
     "spawn(fun() -> ok end)", "erlang:node(P)", "erlang:exit(R)", "spawn(m, f, [1])", "spawn(N, m, f, [1])", "apply(m, f, [1])",
     "apply(F, [1])", "erl_ddll:module_info(exports)", "fun M:link/1", "link(A, B)", "\"link\"", "$!"].

captured() ->
    [{"fun open_port/2", "fun pier_host:open_port/2"},
     {"fun erlang:open_port/2", "fun pier_host:open_port/2"},
     {"fun link/1", "fun pier_host:link/1"},
     {"fun erlang:'!'/2", "fun pier_host:'!'/2"},
     {"fun erl_ddll:load/2", "fun pier_host_ddll:load/2"},
     {"lists:foreach(fun port_close/1, L)", "lists:foreach(fun pier_host:port_close/1, L)"},
     {"apply(erlang, link, [P])", "apply(pier_host, link, [P])"},
     {"erlang:apply(erlang, open_port, [N, O])", "erlang:apply(pier_host, open_port, [N, O])"},
     {"apply(M, link, [P])", "pier_host:apply(M, link, [P])"},
     {"apply(erlang, F, As)", "pier_host:apply(erlang, F, As)"},
     {"erlang:F(P, 1)", "pier_host:apply(erlang, F, [P, 1])"},
     {"M:open_port(N, O)", "pier_host:apply(M, open_port, [N, O])"},
     {"(m()):port_close(link(P))", "pier_host:apply(m(), port_close, [pier_host:link(P)])"},
     {"(link(P)):(link(Q))()", "pier_host:apply(pier_host:link(P), pier_host:link(Q), [])"},
     {"M:F()", "pier_host:apply(M, F, [])"},
     {"spawn(M, link, [P])", "erlang:apply(erlang, spawn, pier_host:spawned([M, link, [P]]))"},
     {"spawn_opt(erlang, link, L, [link])",
      "erlang:apply(erlang, spawn_opt, pier_host:spawned([erlang, link, L, [link]]))"},
     {"erlang:spawn_monitor(M, F, L)", "erlang:apply(erlang, spawn_monitor, pier_host:spawned([M, F, L]))"},
     {"erlang:(link(P))(P)", "pier_host:apply(erlang, pier_host:link(P), [P])"},
     {"spawn(erlang, link, [P])", "spawn(pier_host, link, [P])"},
     {"spawn_link(erlang, port_close, [P])", "spawn_link(pier_host, port_close, [P])"},
     {"spawn_opt(erlang, port_close, [P], [link])", "spawn_opt(pier_host, port_close, [P], [link])"}].

%% Every kind of expression that can have another in it; @ stands for one that is redirected.
kinds() ->
    ["@", "[@]", "[a, @ | @]", "{@, @}", "#{@ => @}", "M#{k := @}", "<<(@)/binary>>", "<<(@):(@)>>",
     "X = @", "begin @, @ end", "@ + @", "- @", "@ andalso @", "not @", "(@)(1)", "f(@)", "m:f(@)",
     "m:(@)(@)", "@ ! @", "A ! B ! @", "#r{a = @}", "V#r{a = @}", "(@)#r.a", "catch @",
     "if A > 1 -> @; true -> @ end", "case @ of @@ -> @; X when X > 1 -> @ end",
     "receive M -> @ end", "receive M when is_port(M) -> @ after @ -> @ end", "receive after @ -> @ end",
     "fun() -> @ end", "fun(X) when X > 1 -> @; (_) -> @ end", "fun F(X) -> F(@) end",
     "try @ of X -> @ catch error:R:S -> @; X -> @ after @ end", "try @ after @ end",
     "[@ || X <- @, @]", "[X || X <- L, is_port(X), @]", "<< <<(@)>> || <<X>> <= @, @ >>", "[@ || <<X>> <= @]",
     "fun() -> fun() -> [fun() -> @ end] end end", "f(fun(X) -> @ end)", "assert(@ =:= true)",
     "lists:map(fun(P) -> @ end, [@ || _ <- L])", "case 1 of _ when is_port(P), node(P) =:= n -> @ end"].

rows_test_() ->
    [{Text, ?_assertEqual(printed(Wanted), through(Text))} || {Text, Wanted} <- bifs() ++ captured()]
        ++ [{Text, ?_assertEqual(printed(Text), through(Text))} || Text <- others()]
        ++ [{Text, fun() -> kind(Text) end} || Text <- kinds()].

kind(Text) ->
    [?assertEqual(printed(filled(Text, After)), through(filled(Text, Before)))
     || {Before, After} <- [{"link(P)", "pier_host:link(P)"},
                            {"erlang:port_info(P, f(1))", "pier_host:port_info(P, f(1))"},
                            {"[fun exit/2, port_close(port_close(Q))]",
                             "[fun pier_host:exit/2, pier_host:port_close(pier_host:port_close(Q))]"}]].

%% @@ is a pattern, in which nothing is redirected; `!' is a call afterwards.
filled(Text, Expression) ->
    Whole = string:replace(string:replace(Text, "@@", "{P, _}", all), "@", Expression, all),
    case {Expression, Text} of
        {"pier_host:" ++ _, _} -> sent(lists:flatten(Whole), Expression);
        {"[fun pier_host" ++ _, _} -> sent(lists:flatten(Whole), Expression);
        _ -> lists:flatten(Whole)
    end.

sent(Text, Expression) ->
    case string:split(Text, " ! ", all) of
        [_] -> Text;
        ["A", "B", _] -> "pier_host:'!'(A, pier_host:'!'(B, " ++ Expression ++ "))";
        [_, _] -> "pier_host:'!'(" ++ Expression ++ ", " ++ Expression ++ ")"
    end.

through(Text) ->
    [{function, _, f, 0, [{clause, _, [], [], Body}]}] =
        [Form || {function, _, f, 0, _} = Form <- transformed(["-module(x).", "f() -> " ++ Text ++ "."], [])],
    exprs(Body).

printed(Text) ->
    {function, _, f, 0, [{clause, _, [], [], Body}]} = form("f() -> " ++ Text ++ "."),
    exprs(Body).

exprs(Body) ->
    lists:flatten(erl_pp:exprs(Body)).

form(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    {ok, Form} = erl_parse:parse_form(Tokens),
    Form.

transformed(Lines, Options) ->
    pier_transform:parse_transform([form(Line) || Line <- Lines], Options).

%% ---- Modules ----

%% The functions of a module after the transform, as text.
functions(Lines, Options) ->
    [string:trim(lists:flatten(erl_pp:form(Form)))
     || {function, _, _, _, _} = Form <- transformed(Lines, Options)].

clauses_test() ->
    ?assertEqual(["f(P) when is_port(P) ->\n    pier_host:link(P);\nf({P, {data, _}}) ->\n    pier_host:'!'(P, x)."],
                 functions(["-module(x).", "f(P) when is_port(P) -> link(P); f({P, {data, _}}) -> P ! x."], [])).

own_functions_stay_test() ->
    ?assertEqual(["f(P) ->\n    {link(P), pier_host:link(P), fun link/1, pier_host:unlink(P)}.", "link(P) ->\n    P."],
                 functions(["-module(x).", "-compile({no_auto_import, [link/1]}).",
                            "f(P) -> {link(P), erlang:link(P), fun link/1, unlink(P)}.", "link(P) -> P."], [])).

imports_test() ->
    ?assertEqual(["f(P) ->\n    {pier_host:port_command(P, x),\n     pier_host:port_info(P),\n     link(P),\n     fun link/1,\n     pier_host_ddll:load(a, b)}."],
                 functions(["-module(x).", "-import(erlang, [port_command/2, port_info/1]).",
                            "-import(other, [link/1]).", "-import(erl_ddll, [load/2]).",
                            "f(P) -> {port_command(P, x), port_info(P), link(P), fun link/1, load(a, b)}."], [])).

what_is_no_function_stays_test() ->
    Lines = ["-module(x).", "-export([f/0]).", "-record(r, {a = link}).", "-type t() :: port().",
             "-spec f() -> {call, 1, {atom, 1, link}}.", "-compile(export_all)."],
    ?assertEqual([form(Line) || Line <- Lines], transformed(Lines, [])).

beam_test() ->
    Lines = ["-module(x).", "-compile({pier_host, beam}).", "f(P) -> link(P)."],
    ?assertEqual([form(Line) || Line <- Lines], transformed(Lines, [])),
    ?assertEqual(["f(P) ->\n    link(P)."],
                 functions(["-module(x).", "f(P) -> link(P)."], [{pier_host, beam}])).

the_modules_own_word_counts_test() ->
    ?assertEqual(["f(P) ->\n    pier_host:link(P)."],
                 functions(["-module(x).", "-compile([{pier_host, native}]).", "f(P) -> link(P)."],
                           [{pier_host, beam}])).

unknown_option_test() ->
    ?assertError({pier_host, here, _}, functions(["-module(x)."], [{pier_host, here}])).

both_test() ->
    Lines = ["-module(x).", "-export([f/1, some_test/0, all_test_/0]).",
             "f(P) -> link(P), x:g(P), apply(x, f, [P]), spawn(?M, f, [P]), fun g/1, fun x:f/1.",
             "g(P) -> P ! 1.", "some_test() -> f(1).", "all_test_() -> [fun some_test/0]."],
    Named = [re:replace(Line, "[?]M", "x", [{return, list}]) || Line <- Lines],
    ?assertEqual(
       ["f(P) ->\n    link(P),\n    x:g(P),\n    apply(x, f, [P]),\n    spawn(x, f, [P]),\n    fun g/1,\n    fun x:f/1.",
        "f_native(P) ->\n    pier_host:link(P),\n    x:g_native(P),\n    apply(x, f_native, [P]),\n    spawn(x, f_native, [P]),\n    fun g_native/1,\n    fun x:f_native/1.",
        "g(P) ->\n    P ! 1.", "g_native(P) ->\n    pier_host:'!'(P, 1).",
        "some_test() ->\n    f(1).", "some_native_test() ->\n    f_native(1).",
        "all_test_() ->\n    [fun some_test/0].", "all_native_test_() ->\n    [fun some_native_test/0]."],
       functions(Named, [{pier_host, both}])),
    [{attribute, _, export, _}, {attribute, _, export, Twins}] =
        [Form || {attribute, _, export, _} = Form <- transformed(Named, [{pier_host, both}])],
    ?assertEqual([{f_native, 1}, {some_native_test, 0}, {all_native_test_, 0}], Twins).

%% Every function that is redirected to is there.
targets_are_exported_test_() ->
    Bifs = [{erlang, Name, Arity} || {Name, Arity} <- erlang:module_info(exports)],
    Ddll = [{erl_ddll, Name, Arity} || {Name, Arity} <- erl_ddll:module_info(exports), Name =/= module_info],
    [{lists:flatten(io_lib:format("~w:~w/~b", [M, F, Arity])),
      ?_assert(lists:member({F, Arity}, M:module_info(exports)))}
     || {Of, Name, Arity} <- Bifs ++ Ddll,
        {M, F} <- [pier_transform:redirected(Of, Name, Arity)]].

%% All of erl_ddll but what is not documented.
whole_of_erl_ddll_test() ->
    ?assertEqual([], [Known || {Name, Arity} = Known <- erl_ddll:module_info(exports),
                               not lists:member(Name, [module_info, start, stop, format_error_int]),
                               pier_transform:redirected(erl_ddll, Name, Arity) =:= none]).
