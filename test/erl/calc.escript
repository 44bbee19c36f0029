#!/usr/bin/env escript
%% calc.escript PROGRAM TERM...: what `pier call TERM... -- PROGRAM` does.
main([Program | Texts]) ->
    Port = open_port({spawn_executable, Program}, [binary, exit_status, {packet, 4}]),
    [io:format("~0tp~n", [ask(Port, Text)]) || Text <- Texts].
ask(Port, Text) ->
    {ok, Tokens, _} = erl_scan:string(Text ++ "."),
    {ok, Term} = erl_parse:parse_term(Tokens),
    port_command(Port, term_to_binary(Term)),
    receive {Port, {data, Answer}} -> binary_to_term(Answer) end.
