#!/usr/bin/env escript
%% The BEAM's half of tools/demo: the same programs, opened with open_port.
%%
%%   demo.escript terms PROGRAM TERM...         prints the answers
%%   demo.escript file PROGRAM FILE OUT BACK    compresses FILE, inflates that again;
%%                                              writes the two answers as text
main(["terms", Program | Texts]) ->
    Port = open(Program),
    [io:format("~0tp~n", [ask(Port, parse(Text))]) || Text <- Texts];
main(["file", Program, File, Out, Back]) ->
    Port = open(Program),
    {ok, Bytes} = file:read_file(File),
    {ok, Small} = Deflated = ask(Port, {deflate, Bytes}),
    Inflated = ask(Port, {inflate, Small}),
    ok = file:write_file(Out, io_lib:format("~0tp~n", [Deflated])),
    ok = file:write_file(Back, io_lib:format("~0tp~n", [Inflated]));
main(["release"]) ->
    io:format("Erlang/OTP ~s~n", [erlang:system_info(otp_release)]).

open(Program) ->
    open_port({spawn_executable, Program}, [binary, exit_status, {packet, 4}]).

ask(Port, Request) ->
    port_command(Port, term_to_binary(Request)),
    receive
        {Port, {data, Answer}} -> binary_to_term(Answer);
        {Port, {exit_status, Status}} -> exit({status, Status})
    end.

parse(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text ++ "."),
    {ok, Term} = erl_parse:parse_term(Tokens),
    Term.
