%% One run of one scenario: the controller. It hands the steps to the roles one
%% at a time, so that the order between roles is fixed, binds the names and
%% prints the lines.
-module(pier_scenario_run).
-export([run/2]).

-record(run, {print :: fun((term()) -> ok),
              names :: pier_scenario_names:names(),
              setup :: map(),
              roles = #{} :: #{term() => {pid(), reference()}},
              dead = #{} :: #{term() => term()},
              pending = #{} :: #{term() => {reference(), pier_scenario_act:act()}},
              os_pids = #{} :: #{term() => integer() | undefined},
              started = [] :: [integer()],
              ports = [] :: [port()],
              labels = [] :: [{term(), term()}]}).

-type config() :: #{print := fun((term()) -> ok),
                    leave := fun(() -> ok),    % called before what is left is cleaned up
                    paths := [{string(), string()}],
                    peer := file:filename() | undefined}.

%% Prints the transcript line by line; the labels
%% of its races in order.
-spec run(pier_scenario_file:scenario(), config()) -> [{term(), term()}].
run({scenario, Id, Options, Steps}, #{print := Print, leave := Leave, paths := Paths, peer := Peer}) ->
    Setup = #{programs => #{}, modes => #{}, peer => Peer,
              timeout => maps:get(timeout, Options, 5000)},
    Empty = #run{print = Print, names = pier_scenario_names:new(Paths), setup = Setup},
    Print({scenario, Id}),
    {Verdict, Last} = try
                          {ok, steps(Steps, main, add_role(main, Empty))}
                      catch
                          throw:{stop, Stopped} -> {failed, Stopped}
                      end,
    [Print('end') || Verdict =:= ok],
    Leave(),
    clean(Last),
    pier_scenario_ddll:settle(),
    lists:reverse(Last#run.labels).

add_role(Role, #run{roles = Roles, names = Names} = Run) ->
    Pid = pier_scenario_role:start(),
    Run#run{roles = Roles#{Role => {Pid, monitor(process, Pid)}},
            dead = maps:remove(Role, Run#run.dead),
            names = pier_scenario_names:bind(pid, Role, Pid, Names)}.

clean(#run{roles = Roles, ports = Ports, started = OsPids}) ->
    [exit(Pid, kill) || {Pid, _} <- maps:values(Roles)],
    pier_scenario_program:kill_groups(OsPids),
    [catch exit(Port, kill) || Port <- Ports],
    ok.

steps(Steps, Role, Run) ->
    lists:foldl(fun(Step, Sofar) -> step(Step, Role, Sofar) end, Run, Steps).

step({program, Name, Program}, _Role, #run{setup = #{programs := Programs} = Setup} = Run) ->
    Run#run{setup = Setup#{programs := Programs#{Name => Program}}};
step({role, Role}, _Role, Run) ->
    add_role(Role, Run);
step({as, Other, Steps}, Role, Run) ->
    bound(Other, Role, Run),
    steps(Steps, Other, Run);
step({sleep, Ms}, _Role, Run) ->
    timer:sleep(Ms),
    Run;
step({jitter, Min, Max}, _Role, Run) ->
    timer:sleep(Min + rand:uniform(Max - Min + 1) - 1),
    Run;
step(Step, Role, Run) ->
    case dead(Role, Run) of
        {dead, Reason, Known} -> say(Role, {dead, Reason}, Known);
        {alive, Known} -> live(Step, Role, Known)
    end.

live({within, Ms, Steps} = Step, Role, Run) ->
    {Took, Next} = timed(Steps, Role, Run),
    bounded(Took =< Ms, Step, late, Role, Next);
live({at_least, Ms, Steps} = Step, Role, Run) ->
    {Took, Next} = timed(Steps, Role, Run),
    bounded(Took >= Ms, Step, early, Role, Next);
live({async, Other, Step}, Role, #run{roles = Roles} = Run) ->
    bound(Other, Role, Run),
    case dead(Other, Run) of
        {dead, Reason, Known} ->
            say(Other, {dead, Reason}, Known);
        {alive, Known} ->
            {Reference, Act} = ask(Step, Other, Role, Known),
            {Pid, _} = maps:get(Other, Roles),
            let_it_start(Pid, Reference, 100),
            say(Other, {async, Step}, Known#run{pending = (Known#run.pending)#{Other => {Reference, Act}}})
    end;
live({await, Other}, Role, #run{pending = Pending} = Run) ->
    bound(Other, Role, Run),
    case Pending of
        #{Other := {Reference, Act}} ->
            wait(Reference, Act, Other, Run#run{pending = maps:remove(Other, Pending)});
        #{} ->
            stop(Role, {unbound, Other}, Run)
    end;
live({os_kill, P, Signal}, Role, #run{os_pids = OsPids} = Run) ->
    case OsPids of
        #{P := OsPid} -> say(Role, {os_kill, P, pier_scenario_program:kill(OsPid, Signal)}, Run);
        #{} -> stop(Role, {unbound, P}, Run)
    end;
live(_Step, Role, #run{pending = Pending} = Run) when is_map_key(Role, Pending) ->
    stop(Role, pending, Run);
live(Step, Role, Run) ->
    {Reference, Act} = ask(Step, Role, Role, Run),
    wait(Reference, Act, Role, Run).

%% A step for a role that the file never made.
bound(Other, Role, #run{roles = Roles} = Run) ->
    [stop(Role, {unbound, Other}, Run) || not is_map_key(Other, Roles)],
    ok.

timed(Steps, Role, Run) ->
    Start = erlang:monotonic_time(millisecond),
    Next = steps(Steps, Role, Run),
    {erlang:monotonic_time(millisecond) - Start, Next}.

bounded(true, {Kind, Ms, _Steps}, _Got, Role, Run) ->
    say(Role, {Kind, Ms, ok}, Run);
bounded(false, Step, Got, Role, Run) ->
    stop(Role, {wanted, Step, {got, Got}}, Run).

ask(Step, Other, Role, #run{names = Names, setup = Setup, roles = Roles} = Run) ->
    Act = try
              pier_scenario_act:prepare(Step, Names, Setup)
          catch
              throw:Reason -> stop(Role, Reason, Run)
          end,
    {Pid, _} = maps:get(Other, Roles),
    #{do := Do, ports := Ports} = Act,
    {pier_scenario_role:ask(Pid, Do, Ports), Act}.

%% Gives a step that is not waited for the time to get to where it blocks, if it
%% does.
let_it_start(_Pid, _Reference, 0) ->
    ok;
let_it_start(Pid, Reference, Tries) ->
    {messages, Answers} = process_info(self(), messages),
    Answered = [true || {Answer, _} <- Answers, Answer =:= Reference],
    case process_info(Pid, status) of
        {status, suspended} -> ok;
        undefined -> ok;
        _ when Answered =/= [] -> ok;
        _ -> timer:sleep(2), let_it_start(Pid, Reference, Tries - 1)
    end.

%% The answer to a step.
wait(Reference, #{time := Time} = Act, Role, #run{roles = Roles} = Run) ->
    {_, Monitor} = maps:get(Role, Roles),
    receive
        {Reference, Result} -> done(Act, Result, Role, Run);
        {'DOWN', Monitor, process, _, Reason} -> died(Act, Reason, Role, Run)
    after Time ->
            stop(Role, timeout, Run)
    end.

died(#{dead := Line}, Reason, Role, #run{names = Names} = Run) ->
    Named = pier_scenario_names:name(Reason, Names),
    say(Role, Line(Named), mark_dead(Role, Named, Run)).

mark_dead(Role, Reason, #run{dead = Dead} = Run) ->
    Run#run{dead = Dead#{Role => Reason}}.

%% Whether a role has died meanwhile, without waiting for one that has not.
dead(Role, #run{dead = Dead, roles = Roles, names = Names} = Run) ->
    {Pid, Monitor} = maps:get(Role, Roles),
    case Dead of
        #{Role := Reason} ->
            {dead, Reason, Run};
        #{} ->
            case is_process_alive(Pid) of
                true ->
                    {alive, Run};
                false ->
                    receive
                        {'DOWN', Monitor, process, _, Reason} ->
                            Named = pier_scenario_names:name(Reason, Names),
                            {dead, Named, mark_dead(Role, Named, Run)}
                    end
            end
    end.

done(#{done := Done} = Act, Result, Role, #run{names = Names} = Run) ->
    case Done(Result) of
        silent ->
            Run;
        {line, Line} ->
            say(Role, Line, Run);
        {open, P, Port, OsPid, Mode, Line} ->
            say(Role, Line, opened(P, Port, OsPid, Mode, Run));
        {bind, Name, Id, Line} ->
            Bound = bind(Name, Id, Names),
            say(Role, if is_function(Line) -> Line(Bound); true -> Line end, Run#run{names = Bound});
        {label, Race, Label, Line} ->
            say(Role, Line, Run#run{labels = [{Race, Label} | Run#run.labels]});
        {mismatch, Got} ->
            stop(Role, {wanted, maps:get(wanted, Act), {got, Got}}, Run)
    end.

bind(Name, Id, Names) when is_port(Id) -> pier_scenario_names:bind(port, Name, Id, Names);
bind(Name, Id, Names) when is_pid(Id) -> pier_scenario_names:bind(pid, Name, Id, Names);
bind(Name, Id, Names) when is_reference(Id) -> pier_scenario_names:bind(ref, Name, Id, Names);
bind(_Name, _Other, Names) -> Names.

opened(P, Port, OsPid, Mode, #run{setup = #{modes := Modes} = Setup} = Run) ->
    Number = case OsPid of
                 {os_pid, N} when is_integer(N) -> N;
                 _ -> undefined
             end,
    Run#run{names = pier_scenario_names:bind(port, P, Port, Run#run.names),
            setup = Setup#{modes := Modes#{P => Mode}},
            os_pids = (Run#run.os_pids)#{P => Number},
            started = [Number || is_integer(Number)] ++ Run#run.started,
            ports = [Port | Run#run.ports]}.

say(Role, Event, #run{print = Print} = Run) ->
    Print({Role, Event}),
    Run.

-spec stop(term(), term(), #run{}) -> no_return().
stop(Role, Reason, #run{print = Print} = Run) ->
    Print({mismatch, {Role, Reason}}),
    throw({stop, Run}).
