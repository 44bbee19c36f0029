%% What each step is that a role performs itself: the fun that the role runs,
%% the ports that must have worked it off, and what comes of it.
-module(pier_scenario_act).
-export([prepare/3]).
-export_type([act/0]).

-type outcome() :: silent
                 | {line, term()}                            % the event printed
                 | {open, Name :: term(), port(), OsPid :: term(), stream | other, Event :: term()}
                 | {bind, Name :: term(), Id :: term(), Event :: term() | fun((pier_scenario_names:names()) -> term())}
                 | {label, Race :: term(), Label :: term(), Event :: term()}
                 | {mismatch, Got :: term()}.
-type act() :: #{do := fun(() -> term()),
                 ports := fun((term()) -> [port() | atom()]),
                 done := fun((term()) -> outcome()),
                 dead := fun((term()) -> term()),            % the event if the role died in it
                 wanted := term(),                           % what a mismatch says was wanted
                 time := timeout()}.                         % how long the step may take at most
-type setup() :: #{programs := map(), modes := map(), peer := file:filename() | undefined,
                   timeout := non_neg_integer()}.

%% A step that looks for messages ends by itself, except where messages never
%% end.
-define(LONG, 60000).

%% Throws {unbound,Name}.
-spec prepare(tuple(), pier_scenario_names:names(), setup()) -> act().
prepare({flag, trap_exit, Value} = Step, _Names, Setup) ->
    base(Step, fun() -> process_flag(trap_exit, Value) end, Setup);
prepare({open, P, Program, Options} = Step, Names, #{programs := Programs, peer := Peer} = Setup) ->
    Definition = case Programs of
                     #{Program := Known} -> resolve(Known, Names);
                     #{} -> throw({unbound, Program})
                 end,
    case Definition of
        {driver, Folder, Driver} ->
            Path = pier_scenario_ddll:folder(Folder, resolve({drivers, ""}, Names)),
            opening(Step, P, {spawn_driver, Driver}, resolve(Options, Names), Setup,
                    fun() -> pier_scenario_ddll:load(Path, Driver) end);
        _ ->
            {Name, Arguments} = pier_scenario_program:name(Definition, Peer),
            opening(Step, P, Name, Arguments ++ resolve(Options, Names), Setup)
    end;
prepare({open_name, P, Name, Options} = Step, Names, Setup) ->
    opening(Step, P, resolve(Name, Names), resolve(Options, Names), Setup);
prepare({command, P, Data, Allowed} = Step, Names, Setup) ->
    Act = prepare({command, P, Data}, Names, Setup),
    Act#{done := fun(Result) ->
                         case lists:member(plain(Result), Allowed) of
                             true -> {line, {command, P, {one_of, Allowed}}};
                             false -> {mismatch, result(Result, Names)}
                         end
                 end,
         wanted := Step};
prepare({send, P, Message} = Step, Names, Setup) ->
    Term = resolve(Message, Names),
    Act = on_port(Step, P, fun(Port) -> Port ! Term end, Names, Setup),
    printed(Act, fun(_) -> {line, Step} end);
prepare({monitor, P, M} = Step, Names, Setup) ->
    Act = on_port(Step, P, fun(Port) -> monitor(port, Port) end, Names, Setup),
    printed(Act, fun(Reference) -> {bind, M, Reference, Step} end);
prepare({bif, Function, Arguments} = Step, Names, Setup) ->
    any(Step, Function, resolve(Arguments, Names), Names, Setup);
prepare({bind, X, Function, Arguments} = Step, Names, Setup) ->
    Act = any(Step, Function, resolve(Arguments, Names), Names, Setup),
    printed(Act, fun(Id) -> {bind, X, Id, {bind, X, ok}} end);
prepare({ddll, Function, Arguments} = Step, Names, Setup) ->
    ddll(Step, Function, resolve(Arguments, Names), Names, Setup);
prepare({ddll_bind, X, Function, Arguments} = Step, Names, Setup) ->
    #{done := Print} = Act = ddll(Step, Function, resolve(Arguments, Names), Names, Setup),
    Act#{done := fun({value, Value} = Result) ->
                         case pier_scenario_ddll:reference(Value) of
                             none -> Print(Result);
                             Reference -> {bind, X, Reference, fun(Bound) -> {ddll_bind, X, result(Result, Bound)} end}
                         end;
                    (Result) ->
                         Print(Result)
                 end};
prepare({demonitor, M} = Step, Names, Setup) ->
    any(Step, demonitor, [pier_scenario_names:get(ref, M, Names)], Names, Setup);
prepare({unregister, Name} = Step, Names, Setup) ->
    any(Step, unregister, [Name], Names, Setup);
prepare({exit_role, R, Why} = Step, Names, Setup) ->
    Pid = pier_scenario_names:get(pid, R, Names),
    Reason = resolve(Why, Names),
    %% The second call waits until the signal has been taken.
    calling(Step, fun() -> Sent = exit(Pid, Reason), is_process_alive(Pid), Sent end, [], Names, Setup);
prepare(Step, Names, Setup) ->
    case call(Step, Names) of
        {P, Call} -> on_port(Step, P, Call, Names, Setup);
        none -> observe(Step, Names, Setup)
    end.

%% The steps that are one call on one port.
call({command, P, Data}, Names) ->
    with([Data], P, Names, fun(Port, [D]) -> erlang:port_command(Port, D) end);
call({command3, P, Data, Options}, Names) ->
    with([Data, Options], P, Names, fun(Port, [D, O]) -> erlang:port_command(Port, D, O) end);
call({close, P}, _Names) ->
    {P, fun(Port) -> erlang:port_close(Port) end};
call({connect, P, R}, Names) ->
    Pid = pier_scenario_names:get(pid, R, Names),
    {P, fun(Port) -> erlang:port_connect(Port, Pid) end};
call({control, P, Operation, Data}, Names) ->
    with([Operation, Data], P, Names, fun(Port, [O, D]) -> erlang:port_control(Port, O, D) end);
call({call, P, Operation, Term}, Names) ->
    with([Operation, Term], P, Names, fun(Port, [O, T]) -> erlang:port_call(Port, O, T) end);
call({link, P}, _Names) ->
    {P, fun(Port) -> link(Port) end};
call({unlink, P}, _Names) ->
    {P, fun(Port) -> unlink(Port) end};
call({exit_port, P, Why}, Names) ->
    with([Why], P, Names, fun(Port, [Reason]) -> exit(Port, Reason) end);
call({register, P, Name}, _Names) ->
    {P, fun(Port) -> register(Name, Port) end};
call({set_data, P, Term}, Names) ->
    with([Term], P, Names, fun(Port, [T]) -> erlang:port_set_data(Port, T) end);
call({get_data, P}, _Names) ->
    {P, fun(Port) -> erlang:port_get_data(Port) end};
call({info, P, all}, _Names) ->
    {P, fun(Port) -> erlang:port_info(Port) end};
call({info, P, Item}, _Names) ->
    {P, fun(Port) -> erlang:port_info(Port, Item) end};
call(_, _Names) ->
    none.

with(Arguments, P, Names, Call) ->
    Resolved = resolve(Arguments, Names),
    {P, fun(Port) -> Call(Port, Resolved) end}.

observe({expect, Pattern}, Names, #{timeout := Time} = Setup) ->
    observe({expect, Pattern, Time}, Names, Setup);
observe({expect, Pattern, Time} = Step, Names, Setup) ->
    Act = seen(Step, {got, Pattern}, [Pattern], Names, Setup,
               fun(Match) -> pier_scenario_expect:one(Pattern, Time, Match) end),
    Act#{wanted := Pattern};
observe({expect_set, Patterns} = Step, Names, #{timeout := Time} = Setup) ->
    seen(Step, {got_set, Patterns}, Patterns, Names, Setup,
         fun(Match) -> pier_scenario_expect:merge([[P] || P <- Patterns], Time, Match) end);
observe({interleave, Lists} = Step, Names, #{timeout := Time} = Setup) ->
    seen(Step, Step, Lists, Names, Setup,
         fun(Match) -> pier_scenario_expect:merge(Lists, Time, Match) end);
observe({race, Race, Alternatives} = Step, Names, #{timeout := Time} = Setup) ->
    Act = seen(Step, Step, [Patterns || {_, Patterns} <- Alternatives], Names, Setup,
               fun(Match) -> pier_scenario_expect:race(Alternatives, Time, Match) end),
    looked(Act, fun(Label) -> {label, Race, Label, Step} end, Names);
observe({gather, P, {bytes, Size}} = Step, Names, #{timeout := Time} = Setup) ->
    Port = port(P, Names),
    Act = looking(Step, fun() -> pier_scenario_expect:gather(Port, Size, Time) end, Setup),
    looked(Act#{dead := fun(Reason) -> {gather, P, {dead, Reason}} end},
           fun(Data) -> {line, {gather, P, name(Data, Names)}} end, Names);
observe({quiet, Time} = Step, Names, Setup) ->
    Act = looking(Step, fun() -> pier_scenario_expect:quiet(Time) end, Setup),
    looked(Act, fun(true) -> {line, {quiet}} end, Names);
observe({flush, Time} = Step, Names, #{modes := Modes} = Setup) ->
    Name = fun(Term) -> name(Term, Names) end,
    IsStream = fun(P) -> maps:get(P, Modes, other) =:= stream end,
    Act = looking(Step, fun() -> {ok, pier_scenario_expect:flush(Time)} end, Setup),
    looked(Act,
           fun(Messages) ->
                   Sorted = pier_scenario_expect:arrange(Messages, Name, IsStream),
                   {line, {flush, [Name(Message) || Message <- Sorted]}}
           end,
           Names);
observe({ports} = Step, Names, Setup) ->
    Act = looking(Step, fun() -> {ok, erlang:ports()} end, Setup),
    looked(Act,
           fun(Ports) ->
                   {line, {ports, lists:sort([P || {port, P} <- [name(Port, Names) || Port <- Ports]])}}
           end,
           Names).

seen(Step, Event, Patterns, Names, Setup, Look) ->
    _ = resolve(Patterns, Names),
    Match = fun(Pattern, Message) -> pier_scenario_names:match(Pattern, Message, Names) end,
    looked(looking(Step, fun() -> Look(Match) end, Setup), fun(true) -> {line, Event} end, Names).

looking(Step, Look, Setup) ->
    (base(Step, Look, Setup))#{time := ?LONG}.

looked(Act, Done, Names) ->
    Act#{done := fun({ok, Value}) -> Done(Value);
                    ({got, Message}) -> {mismatch, name(Message, Names)}
                 end}.

%% What unloads a driver may end ports.
ddll(Step, Function, Arguments, Names, Setup) ->
    calling(Step, fun() -> pier_scenario_ddll:call(Function, Arguments) end,
            pier_scenario_names:ids(port, Names), Names, Setup).

opening(Step, P, Name, Options, Setup) ->
    opening(Step, P, Name, Options, Setup, fun() -> ok end).

opening(Step, P, Name, Options, Setup, Prepare) ->
    Kind = element(1, Step),
    Mode = pier_scenario_program:mode(Name, Options),
    Open = fun() ->
                   ok = Prepare(),
                   Port = open_port(Name, Options),
                   {Port, erlang:port_info(Port, os_pid)}
           end,
    (base(Step, fun() -> pier_scenario_role:bif(Open) end, Setup))
        #{ports := fun({value, {Port, _}}) -> [Port]; (_) -> [] end,
          done := fun({value, {Port, OsPid}}) -> {open, P, Port, OsPid, Mode, {Kind, P, ok}};
                     (Error) -> {line, {Kind, P, Error}}
                  end,
          dead := fun(Reason) -> {Kind, P, {dead, Reason}} end}.

on_port(Step, P, Call, Names, Setup) ->
    Port = port(P, Names),
    calling(Step, fun() -> Call(Port) end, pier_scenario_role:port_of(Port), Names, Setup).

any(Step, Function, Arguments, Names, Setup) ->
    Ports = case is_list(Arguments) of
                true -> [Argument || Argument <- pier_scenario_program:proper(Arguments), is_port(Argument)];
                false -> []
            end,
    calling(Step, fun() -> apply(erlang, Function, Arguments) end, Ports, Names, Setup).

calling(Step, Call, Ports, Names, Setup) ->
    {Kind, First} = {element(1, Step), element(2, Step)},
    (base(Step, fun() -> pier_scenario_role:bif(Call) end, Setup))
        #{ports := fun(_) -> Ports end,
          done := fun(Result) -> {line, {Kind, First, result(Result, Names)}} end,
          dead := fun(Reason) -> {Kind, First, {dead, Reason}} end}.

%% The result of a success is not printed, but what Done makes of it.
printed(#{done := Error} = Act, Done) ->
    Act#{done := fun({value, Value}) -> Done(Value); (Result) -> Error(Result) end}.

base(Step, Do, #{timeout := Time}) ->
    #{do => Do, ports => fun(_) -> [] end, done => fun(_) -> silent end,
      dead => fun(Reason) -> {dead, Reason} end, wanted => Step, time => Time}.

plain({value, true}) -> ok;
plain({value, Value}) -> Value;
plain({error, _, Reason}) -> Reason.

result({value, Value}, Names) -> pier_scenario_names:result(Value, Names);
result({error, Class, Reason}, Names) -> {error, Class, name(Reason, Names)}.

port(P, Names) ->
    pier_scenario_names:get(port, P, Names).

resolve(Term, Names) ->
    pier_scenario_names:resolve(Term, Names).

name(Term, Names) ->
    pier_scenario_names:name(Term, Names).
