%% @doc A parse transform: what a module does with ports, it does with those of the native
%% host. Calls of the BIFs that take ports, `!', imports of them and funs of them go to
%% {@link pier_host}, which leaves alone what is no native port.
%%
%% `-compile({parse_transform, pier_transform}).', in Elixir
%% `@compile {:parse_transform, :pier_transform}'. The option `{pier_host, Where}' chooses:
%% `native' (the default), `beam' (nothing is changed) or `both': every function is there
%% twice, as it was written and as `NAME_native' on the native host, and so every test.
-module(pier_transform).
-export([parse_transform/2, redirected/3]).

-type form() :: erl_parse:abstract_form() | erl_parse:form_info().

%% What a name means in the module: its own functions, what it imports, the names that
%% the twins of its functions have (none where there are no twins).
-record(scope, {module :: module() | undefined,
                own :: #{{atom(), arity()} => true},
                imported :: #{{atom(), arity()} => module()},
                twins = #{} :: #{{atom(), arity()} => atom()}}).

-spec parse_transform([form()], [term()]) -> [form()].
parse_transform(Forms, Options) ->
    Scope = scope(Forms),
    case where(Forms, Options) of
        beam -> Forms;
        native -> [form(Form, Scope) || Form <- Forms];
        both -> both(Forms, Scope);
        Other -> error({pier_host, Other, "native, beam or both"})
    end.

%% @doc Which function stands in for this one; `none': it stays.
-spec redirected(module(), atom(), arity()) -> {module(), atom()} | none.
redirected(erlang, Name, Arity) ->
    case is_bif(Name, Arity) of
        true -> {pier_host, Name};
        false -> none
    end;
redirected(erl_ddll, Name, Arity) ->
    case is_ddll(Name, Arity) of
        true -> {pier_host_ddll, Name};
        false -> none
    end;
redirected('Elixir.Port', Name, Arity) ->
    case is_elixir_port(Name, Arity) of
        true -> {'Elixir.Pier.Port', Name};
        false -> none
    end;
redirected('Elixir.Process', Name, Arity) ->
    elixir_process(Name, Arity);
redirected('Elixir.Kernel', send, 2) ->
    {pier_host, send};
redirected(_, _, _) ->
    none.

is_bif('!', 2) -> true;
is_bif(demonitor, Arity) -> Arity =:= 1 orelse Arity =:= 2;
is_bif(exit, 2) -> true;
is_bif(link, 1) -> true;
is_bif(list_to_port, 1) -> true;
is_bif(monitor, Arity) -> Arity =:= 2 orelse Arity =:= 3;
is_bif(open_port, 2) -> true;
is_bif(port_call, Arity) -> Arity =:= 2 orelse Arity =:= 3;
is_bif(port_close, 1) -> true;
is_bif(port_command, Arity) -> Arity =:= 2 orelse Arity =:= 3;
is_bif(port_connect, 2) -> true;
is_bif(port_control, 3) -> true;
is_bif(port_get_data, 1) -> true;
is_bif(port_info, Arity) -> Arity =:= 1 orelse Arity =:= 2;
is_bif(port_set_data, 2) -> true;
is_bif(port_to_list, 1) -> true;
is_bif(ports, 0) -> true;
is_bif(process_info, Arity) -> Arity =:= 1 orelse Arity =:= 2;
is_bif(register, 2) -> true;
is_bif(send, Arity) -> Arity =:= 2 orelse Arity =:= 3;
is_bif(send_nosuspend, Arity) -> Arity =:= 2 orelse Arity =:= 3;
is_bif(unlink, 1) -> true;
is_bif(unregister, 1) -> true;
is_bif(whereis, 1) -> true;
is_bif(_, _) -> false.

is_ddll(demonitor, 1) -> true;
is_ddll(format_error, 1) -> true;
is_ddll(info, Arity) -> Arity =< 2;
is_ddll(load, 2) -> true;
is_ddll(load_driver, 2) -> true;
is_ddll(loaded_drivers, 0) -> true;
is_ddll(monitor, 2) -> true;
is_ddll(reload, 2) -> true;
is_ddll(reload_driver, 2) -> true;
is_ddll(try_load, 3) -> true;
is_ddll(try_unload, 2) -> true;
is_ddll(unload, 1) -> true;
is_ddll(unload_driver, 1) -> true;
is_ddll(_, _) -> false.

is_elixir_port(close, 1) -> true;
is_elixir_port(command, Arity) -> Arity =:= 2 orelse Arity =:= 3;
is_elixir_port(connect, 2) -> true;
is_elixir_port(demonitor, Arity) -> Arity =:= 1 orelse Arity =:= 2;
is_elixir_port(info, Arity) -> Arity =:= 1 orelse Arity =:= 2;
is_elixir_port(list, 0) -> true;
is_elixir_port(monitor, 1) -> true;
is_elixir_port(open, 2) -> true;
is_elixir_port(_, _) -> false.

%% Those functions of Elixir's Process that take ports and are not compiled to BIFs anyway.
elixir_process(register, 2) -> {'Elixir.Pier.Port', register};
elixir_process(whereis, 1) -> {'Elixir.Pier.Port', whereis};
elixir_process(info, Arity) when Arity =:= 1; Arity =:= 2 -> {'Elixir.Pier.Port', process_info};
elixir_process(demonitor, Arity) when Arity =:= 1; Arity =:= 2 -> {pier_host, demonitor};
elixir_process(Name, 1) when Name =:= link; Name =:= unlink; Name =:= unregister ->
    {pier_host, Name};
elixir_process(exit, 2) -> {pier_host, exit};
elixir_process(send, 3) -> {pier_host, send};
elixir_process(_, _) -> none.

%% ---- The module ----

where(Forms, Options) ->
    Own = lists:append([listed(Given) || {attribute, _, compile, Given} <- Forms]),
    case [Where || {pier_host, Where} <- Own ++ Options] of
        [Where | _] -> Where;
        [] -> native
    end.

listed(Given) when is_list(Given) -> Given;
listed(Given) -> [Given].

scope(Forms) ->
    Imports = [{Name, Module} || {attribute, _, import, {Module, Names}} <- Forms, Name <- Names],
    #scope{module = hd([Name || {attribute, _, module, Name} <- Forms] ++ [undefined]),
           own = maps:from_list([{{Name, Arity}, true} || {function, _, Name, Arity, _} <- Forms]),
           imported = maps:from_list(Imports)}.

form({function, Anno, Name, Arity, Clauses}, Scope) ->
    {function, Anno, Name, Arity, map(Clauses, Scope)};
form(Form, _Scope) ->
    Form.

%% The module as it was, and behind each function its twin.
both(Forms, #scope{own = Own} = Scope) ->
    Twins = maps:map(fun({Name, _}, true) -> twin(Name) end, Own),
    lists:append([doubled(Form, Scope#scope{twins = Twins}) || Form <- Forms]).

doubled({function, Anno, Name, Arity, Clauses} = Form, #scope{twins = Twins} = Scope) ->
    Generated = erl_anno:set_generated(true, Anno),
    [Form, {function, Generated, maps:get({Name, Arity}, Twins), Arity, map(Clauses, Scope)}];
doubled({attribute, Anno, export, Names} = Form, #scope{twins = Twins}) ->
    [Form, {attribute, Anno, export, [{Twin, Arity} || {_, Arity} = Known <- Names,
                                                       #{Known := Twin} <- [Twins]]}];
doubled(Form, _Scope) ->
    [Form].

%% What a test is called decides whether EUnit takes it for one.
twin(Name) ->
    Text = atom_to_list(Name),
    Ending = hd([Suffix || Suffix <- ["_test", "_test_", ""], lists:suffix(Suffix, Text)]),
    list_to_atom(lists:sublist(Text, length(Text) - length(Ending)) ++ "_native" ++ Ending).

%% ---- Expressions ----

%% Whatever an expression is made of, a call in it is this tuple. Patterns and guards stay:
%% no function that is redirected can stand in them.
map({clause, Anno, Patterns, Guards, Body}, Scope) ->
    {clause, Anno, Patterns, Guards, map(Body, Scope)};
map({op, Anno, '!', To, Message}, Scope) ->
    {call, Anno, {remote, Anno, {atom, Anno, pier_host}, {atom, Anno, '!'}},
     [map(To, Scope), map(Message, Scope)]};
map({call, Anno, Called, Arguments}, Scope) ->
    call(Anno, Called, map(Arguments, Scope), Scope);
map({'fun', Anno, {function, Name, Arity}}, Scope) ->
    {'fun', Anno, local_fun(Anno, Name, Arity, Scope)};
map({'fun', Anno, {function, {atom, _, Module}, {atom, _, Name}, {integer, _, Arity}} = Named},
    Scope) ->
    case target(Module, Name, Arity, Scope) of
        none -> {'fun', Anno, Named};
        {M, F} -> {'fun', Anno, remote_fun(Anno, M, F, Arity)}
    end;
map({clauses, Clauses}, Scope) ->
    {clauses, map(Clauses, Scope)};
map([Head | Tail], Scope) ->
    [map(Head, Scope) | map(Tail, Scope)];
map(Node, Scope) when is_tuple(Node), tuple_size(Node) > 2 ->
    [Kind, Anno | Parts] = tuple_to_list(Node),
    list_to_tuple([Kind, Anno | map(Parts, Scope)]);
map(Leaf, _Scope) ->
    Leaf.

call(Anno, {atom, At, Name} = Called, Arguments, Scope) ->
    Arity = length(Arguments),
    case resolve(Name, Arity, Scope) of
        own -> {call, Anno, {atom, At, twin(Name, Arity, Scope)}, Arguments};
        none -> {call, Anno, Called, Arguments};
        {erlang, Applying} -> by_name(Anno, At, Called, Applying, Arguments, Scope);
        {Module, Function} -> {call, Anno, remote(At, Module, Function), Arguments}
    end;
call(Anno, {remote, At, {atom, _, Module}, {atom, _, Name}} = Called, Arguments, Scope) ->
    case target(Module, Name, length(Arguments), Scope) of
        none when Module =:= erlang -> by_name(Anno, At, Called, Name, Arguments, Scope);
        none -> {call, Anno, Called, Arguments};
        {M, F} -> {call, Anno, remote(At, M, F), Arguments}
    end;
call(Anno, {remote, At, {atom, _, Module} = Of, Name}, Arguments, Scope)
  when Module =:= erlang; Module =:= erl_ddll; Module =:= 'Elixir.Port' ->
    {call, Anno, remote(At, pier_host, apply), [Of, map(Name, Scope), listed(Anno, Arguments)]};
call(Anno, {remote, At, {atom, _, _} = Of, Name}, Arguments, Scope) ->
    {call, Anno, {remote, At, Of, map(Name, Scope)}, Arguments};
call(Anno, {remote, At, Of, Name}, Arguments, Scope) ->
    case may_be_redirected(Name, length(Arguments)) of
        true ->
            {call, Anno, remote(At, pier_host, apply), [map(Of, Scope), map(Name, Scope), listed(Anno, Arguments)]};
        false ->
            {call, Anno, {remote, At, map(Of, Scope), Name}, Arguments}
    end;
call(Anno, Called, Arguments, Scope) ->
    {call, Anno, map(Called, Scope), Arguments}.

%% A function of a module that only the running program knows.
may_be_redirected({atom, _, Name}, Arity) ->
    [] =/= [Module || Module <- [erlang, erl_ddll, 'Elixir.Port', 'Elixir.Process', 'Elixir.Kernel'],
                      redirected(Module, Name, Arity) =/= none];
may_be_redirected(_, _Arity) ->
    true.

listed(Anno, Expressions) ->
    lists:foldr(fun(Expression, Tail) -> {cons, Anno, Expression, Tail} end, {nil, Anno}, Expressions).

%% apply(M,F,Args), spawn(M,F,Args) and their like: M and F may be of this module or BIFs.
by_name(Anno, At, Called, apply, [Module, Name, Arguments], Scope) ->
    case named(Module, Name, Arguments, Scope) of
        {M, F} -> {call, Anno, Called, [{atom, At, M}, {atom, At, F}, Arguments]};
        none -> {call, Anno, Called, [Module, Name, Arguments]};
        unknown -> {call, Anno, remote(At, pier_host, apply), [Module, Name, Arguments]}
    end;
by_name(Anno, At, Called, Spawn, [Module, Name, Arguments | More] = All, Scope)
  when length(More) =:= 0, (Spawn =:= spawn orelse Spawn =:= spawn_link orelse Spawn =:= spawn_monitor);
       length(More) =:= 1, Spawn =:= spawn_opt ->
    case named(Module, Name, Arguments, Scope) of
        {M, F} ->
            {call, Anno, Called, [{atom, At, M}, {atom, At, F}, Arguments | More]};
        none ->
            {call, Anno, Called, All};
        unknown ->
            Chosen = {call, Anno, remote(At, pier_host, spawned), [listed(Anno, All)]},
            {call, Anno, remote(At, erlang, apply), [{atom, At, erlang}, {atom, At, Spawn}, Chosen]}
    end;
by_name(Anno, _At, Called, _Name, Arguments, _Scope) ->
    {call, Anno, Called, Arguments}.

named({atom, _, Module}, {atom, _, Name}, Arguments, Scope) ->
    case proper_length(Arguments, 0) of
        unknown -> unknown;
        Arity -> target(Module, Name, Arity, Scope)
    end;
named(_Module, _Name, _Arguments, _Scope) ->
    unknown.

proper_length({cons, _, _, Tail}, Length) -> proper_length(Tail, Length + 1);
proper_length({nil, _}, Length) -> Length;
proper_length(_, _Length) -> unknown.

%% What a call without a module means: `own', what is called in its place, `none', or a
%% function of erlang that calls by name.
resolve(Name, Arity, #scope{own = Own, imported = Imported}) ->
    case {Own, Imported} of
        {#{{Name, Arity} := _}, _} ->
            own;
        {_, #{{Name, Arity} := Module}} ->
            redirected(Module, Name, Arity);
        _ ->
            case erl_internal:bif(Name, Arity) of
                false -> none;
                true -> redirected_or_itself(Name, Arity)
            end
    end.

redirected_or_itself(Name, Arity) ->
    case redirected(erlang, Name, Arity) of
        none -> {erlang, Name};
        Target -> Target
    end.

%% The same for a function with its module, which may be this one.
target(Module, Name, Arity, #scope{module = Module, twins = Twins}) ->
    case Twins of
        #{{Name, Arity} := Twin} -> {Module, Twin};
        #{} -> none
    end;
target(Module, Name, Arity, _Scope) ->
    redirected(Module, Name, Arity).

twin(Name, Arity, #scope{twins = Twins}) ->
    maps:get({Name, Arity}, Twins, Name).

local_fun(Anno, Name, Arity, Scope) ->
    case resolve(Name, Arity, Scope) of
        own -> {function, twin(Name, Arity, Scope), Arity};
        {Module, Function} when Module =/= erlang -> remote_fun(Anno, Module, Function, Arity);
        _ -> {function, Name, Arity}
    end.

remote(Anno, Module, Name) ->
    {remote, Anno, {atom, Anno, Module}, {atom, Anno, Name}}.

remote_fun(Anno, Module, Name, Arity) ->
    {function, {atom, Anno, Module}, {atom, Anno, Name}, {integer, Anno, Arity}}.
