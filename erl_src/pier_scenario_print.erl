%% The writer of transcripts: one term in one form, whatever the VM's flags. No
%% spaces, no list as a string, long binaries as their size and SHA-256.
-module(pier_scenario_print).
-export([line/1, term/1]).

-define(WHOLE, 64).

%% One line of a transcript, with its full stop and newline.
-spec line(term()) -> iodata().
line(Term) ->
    [term(Term), ".\n"].

-spec term(term()) -> iodata().
term(Binary) when is_binary(Binary), byte_size(Binary) > ?WHOLE ->
    term({blob, byte_size(Binary), hexadecimal(crypto:hash(sha256, Binary))});
term(Tuple) when is_tuple(Tuple) ->
    [${, separated(tuple_to_list(Tuple)), $}];
term([]) ->
    "[]";
term(List) when is_list(List) ->
    [$[, elements(List), $]];
term(Map) when is_map(Map) ->
    Pairs = [[term(Key), "=>", term(Value)] || {Key, Value} <- lists:sort(maps:to_list(Map))],
    ["#{", lists:join($,, Pairs), $}];
term(Binary) when is_binary(Binary) ->
    bytes(Binary);
term(Term) ->
    io_lib:format("~w", [Term]).

separated(Terms) ->
    lists:join($,, [term(Term) || Term <- Terms]).

elements([Last]) ->
    term(Last);
elements([Head | Tail]) when is_list(Tail) ->
    [term(Head), $, | elements(Tail)];
elements([Head | Tail]) ->
    [term(Head), $| | term(Tail)].

bytes(<<>>) ->
    "<<>>";
bytes(Binary) ->
    Bytes = binary_to_list(Binary),
    case lists:all(fun is_plain/1, Bytes) of
        true -> ["<<\"", Binary, "\">>"];
        false -> ["<<", lists:join($,, [integer_to_list(Byte) || Byte <- Bytes]), ">>"]
    end.

is_plain(Byte) ->
    Byte >= 32 andalso Byte =< 126 andalso Byte =/= $" andalso Byte =/= $\\.

hexadecimal(Hash) ->
    << <<(digit(Nibble))>> || <<Nibble:4>> <= Hash >>.

digit(Nibble) when Nibble < 10 -> $0 + Nibble;
digit(Nibble) -> $a + Nibble - 10.
