%% Scenario files: {pier_scenarios,1}. once, then {scenario,Id,Options,Steps}.
-module(pier_scenario_file).
-export([read/1, format_error/1]).

-type scenario() :: {scenario, Id :: atom(), map(), [tuple()]}.
-export_type([scenario/0]).

%% Each step with its number of elements.
steps() ->
    [{program, 3}, {role, 2}, {as, 3}, {flag, 3},
     {open, 4}, {open_name, 4}, {command, 3}, {command, 4}, {command3, 4}, {send, 3}, {close, 2},
     {connect, 3}, {control, 4}, {call, 4}, {link, 2}, {unlink, 2}, {monitor, 3}, {demonitor, 2},
     {exit_port, 3}, {exit_role, 3}, {os_kill, 3}, {register, 3}, {unregister, 2}, {set_data, 3},
     {get_data, 2}, {bif, 3}, {bind, 4}, {ddll, 3}, {ddll_bind, 4},
     {expect, 2}, {expect, 3}, {expect_set, 2}, {interleave, 2}, {race, 3}, {gather, 3}, {info, 3},
     {ports, 1}, {flush, 2}, {quiet, 2}, {within, 3}, {at_least, 3}, {async, 3}, {await, 2},
     {sleep, 2}, {jitter, 3}].

-spec read(file:filename_all()) -> {ok, [scenario()]} | {error, term()}.
read(File) ->
    case file:consult(File) of
        {ok, [{pier_scenarios, 1} | Scenarios]} -> check(Scenarios, []);
        {ok, [{pier_scenarios, Version} | _]} -> {error, {version, Version}};
        {ok, _} -> {error, no_header};
        {error, Reason} -> {error, {file, Reason}}
    end.

check([{scenario, Id, Options, Steps} = Scenario | Scenarios], Ids)
  when is_atom(Id), is_map(Options), is_list(Steps) ->
    case {lists:member(Id, Ids), [Step || Step <- Steps, not is_step(Step)]} of
        {true, _} ->
            {error, {twice, Id}};
        {false, [Step | _]} ->
            {error, {step, Id, Step}};
        {false, []} ->
            case check(Scenarios, [Id | Ids]) of
                {ok, Rest} -> {ok, [Scenario | Rest]};
                Error -> Error
            end
    end;
check([], _Ids) ->
    {ok, []};
check([Term | _], _Ids) ->
    {error, {no_scenario, Term}}.

is_step({as, _Role, Steps}) when is_list(Steps) ->
    lists:all(fun is_step/1, Steps);
is_step({Timed, Ms, Steps}) when Timed =:= within; Timed =:= at_least ->
    is_integer(Ms) andalso is_list(Steps) andalso lists:all(fun is_step/1, Steps);
is_step({async, _Role, Step}) ->
    is_step(Step);
is_step(Step) ->
    is_tuple(Step) andalso tuple_size(Step) > 0 andalso
        lists:member({element(1, Step), tuple_size(Step)}, steps()).

-spec format_error(term()) -> iolist().
format_error({file, Reason}) -> file:format_error(Reason);
format_error({version, Version}) ->
    io_lib:format("this runner reads {pier_scenarios,1}, not ~0tp", [Version]);
format_error(no_header) -> "the first term must be {pier_scenarios,1}";
format_error({twice, Id}) -> io_lib:format("there are two scenarios ~w", [Id]);
format_error({step, Id, Step}) -> io_lib:format("scenario ~w: no such step: ~0tp", [Id, Step]);
format_error({no_scenario, Term}) ->
    io_lib:format("not a {scenario,Id,Options,Steps}: ~0tP", [Term, 20]).
