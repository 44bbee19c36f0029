%% @doc What an owner tells others than its callers: the hook and the log.
-module(pier_report).

-export([fire/4, log/3, warn/3]).

-type about() :: #{program := file:filename_all(), name := term(), _ => _}.

%% @doc Calls the hook. One that fails is logged.
-spec fire(pier:hook() | none, [atom()], map(), about()) -> ok.
fire(none, _Event, _Measurements, _About) ->
    ok;
fire(Hook, Event, Measurements, #{program := Program} = About) ->
    try
        _ = run(Hook, [pier | Event], Measurements, About),
        ok
    catch
        Class:Reason:Stack ->
            logger:error("the hook of ~ts failed: ~tp", [Program, {Class, Reason, Stack}], meta(About))
    end.

run(Hook, Event, Measurements, About) when is_function(Hook, 3) ->
    Hook(Event, Measurements, About);
run(Hook, Event, Measurements, About) when is_atom(Hook) ->
    Hook:execute(Event, Measurements, About).

%% @doc A line of the program's, under its own level.
-spec log(term(), term(), about()) -> ok.
log(Level, Text, #{program := Program} = About) ->
    Known = lists:member(Level, [debug, info, notice, warning, error]),
    logger:log(case Known of true -> Level; false -> notice end,
               "~ts: ~ts", [filename:basename(Program), printable(Text)], meta(About)).

%% What a program prints need not be UTF-8.
printable(Text) when is_binary(Text) ->
    case unicode:characters_to_list(Text) of
        List when is_list(List) -> List;
        _ -> binary_to_list(Text)
    end;
printable(Other) ->
    io_lib:format("~tp", [Other]).

%% @doc A warning of the owner's.
-spec warn(io:format(), [term()], about()) -> ok.
warn(Format, Arguments, #{program := Program} = About) ->
    logger:warning("~ts: " ++ Format, [Program | Arguments], meta(About)).

meta(About) ->
    #{domain => [pier], pier => About}.
