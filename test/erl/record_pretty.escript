#!/usr/bin/env escript
%% Writes test/vectors/pretty.tsv: terms, widths, and what ~Wtp makes of them.
main([]) ->
    {ok, Module, Code} = compile:file("test/erl/property_terms.erl", [binary, report_errors]),
    {module, Module} = code:load_binary(Module, "property_terms.erl", Code),
    io:setopts([{encoding, unicode}]),
    property_terms:seed(25),
    io:format("#term as hex	width	the text of ~~Wtp in OTP 25 (\\n, \\t, \\\\ escaped)	pretty~n"),
    [row(property_terms:term(4), Width, 400) || Width <- [20, 40, 80, 132], _ <- lists:seq(1, 90)].

%% Long ones are cut off the list: they would be most of the file.
row(Term, Width, Longest) ->
    Bytes = term_to_binary(Term, [deterministic, {minor_version, 2}]),
    case byte_size(Bytes) =< Longest andalso byte_size(Bytes) > Width div 2 of
        true ->
            Text = io_lib:format("~*tp", [Width, Term]),
            Hex = [io_lib:format("~2.16.0b", [B]) || <<B>> <= Bytes],
            io:format("~s\t~b\t~ts\tpretty~n", [Hex, Width, escape(lists:flatten(Text))]);
        false ->
            row(property_terms:term(4), Width, Longest)
    end.

escape([$\n | T]) -> [$\\, $n | escape(T)];
escape([$\t | T]) -> [$\\, $t | escape(T)];
escape([$\\ | T]) -> [$\\, $\\ | escape(T)];
escape([C | T]) -> [C | escape(T)];
escape([]) -> [].
