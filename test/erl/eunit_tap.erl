%% EUnit's results as TAP: run(Modules) prints a line for each test and ends the
%% emulator with 0 if all passed.
-module(eunit_tap).
-behaviour(eunit_listener).
-export([run/1, start/1]).
-export([init/1, handle_begin/3, handle_end/3, handle_cancel/3, terminate/2]).

run(Modules) ->
    Result = eunit:test(Modules, [no_tty, {report, {?MODULE, []}}]),
    halt(case Result of ok -> 0; _ -> 1 end).

start(Options) ->
    eunit_listener:start(?MODULE, Options).

init(_Options) ->
    0.

handle_begin(_Kind, _Data, Count) ->
    Count.

handle_end(test, Data, Count) ->
    report(proplists:get_value(status, Data), name(Data), Count + 1);
handle_end(group, _Data, Count) ->
    Count.

handle_cancel(test, Data, Count) ->
    report({cancelled, proplists:get_value(reason, Data)}, name(Data), Count + 1);
handle_cancel(group, Data, Count) ->
    case proplists:get_value(reason, Data) of
        undefined -> Count;
        Reason -> report({cancelled, Reason}, "a group of tests", Count + 1)
    end.

terminate({ok, _Summary}, Count) ->
    io:format("1..~b~n", [Count]);
terminate({error, Reason}, Count) ->
    io:format("Bail out! ~tp~n1..~b~n", [Reason, Count]).

report(ok, Name, Number) ->
    io:format("ok ~b - ~ts~n", [Number, Name]),
    Number;
report(Status, Name, Number) ->
    io:format("not ok ~b - ~ts~n", [Number, Name]),
    Lines = string:split(io_lib:format("~tp", [Status]), "\n", all),
    [io:format("# ~ts~n", [Line]) || Line <- Lines],
    Number.

%% "calc_adds_test", or with what a generator calls its tests: "packets_test: 1".
name(Data) ->
    {_Module, Function, _Arity} = proplists:get_value(source, Data),
    [Plain | _] = string:split(string:trim(atom_to_list(Function), leading, "-"), "/"),
    case proplists:get_value(desc, Data, <<>>) of
        Text when Text =:= <<>>; Text =:= undefined -> Plain;
        Text -> [string:trim(Plain, trailing, "_"), ": ", Text]
    end.
