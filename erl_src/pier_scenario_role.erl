%% A role of a scenario: a real process with a real mailbox. Its controller
%% sends it one step at a time, a fun, and waits; everything else stays in the
%% mailbox until a step looks.
-module(pier_scenario_role).
-export([start/0, ask/3, bif/1, port_of/1]).

-spec start() -> pid().
start() ->
    Controller = self(),
    spawn(fun() -> loop(Controller) end).

%% Hands a step over. The answer is {Reference, Result}; it is sent when the
%% ports of the step have worked it off, and only by a process that outlives
%% what they sent it.
-spec ask(pid(), fun(() -> Result), fun((Result) -> [port() | atom()])) -> reference().
ask(Role, Step, Ports) ->
    Reference = make_ref(),
    Role ! {pier_scenario_step, self(), Reference, Step, Ports},
    Reference.

loop(Controller) ->
    receive
        {pier_scenario_step, Controller, Reference, Step, Ports} ->
            Result = Step(),
            lists:foreach(fun settle/1, Ports(Result)),
            take_signals(),
            Controller ! {Reference, Result},
            loop(Controller)
    end.

%% A port answers after everything that was sent to it before.
settle(Port) ->
    try erlang:port_info(Port, id) catch error:_ -> undefined end.

%% Signals come in the order of their sending: those before this message have
%% been taken, and a process that died of one does not come back from here.
take_signals() ->
    Reference = make_ref(),
    self() ! Reference,
    receive Reference -> ok end.

%% Calls a BIF: {value,V}, or {error,Class,Reason} with the cause that the top
%% frame of the stack names.
-spec bif(fun(() -> term())) -> {value, term()} | {error, error | exit | throw, term()}.
bif(Call) ->
    try
        {value, Call()}
    catch
        error:Reason:Stack -> {error, error, with_cause(Reason, Stack)};
        Class:Reason -> {error, Class, Reason}
    end.

with_cause(Reason, [{_, _, _, Location} | _]) ->
    Info = proplists:get_value(error_info, Location, #{}),
    case Info of
        #{cause := Cause} when Cause =/= none -> {Reason, Cause};
        #{} -> Reason
    end;
with_cause(Reason, _) ->
    Reason.

%% What settle/1 can ask: ports and registered names.
-spec port_of(term()) -> [port() | atom()].
port_of(Port) when is_port(Port) -> [Port];
port_of(Name) when is_atom(Name) -> [Name];
port_of(_) -> [].
