%% Frames cut from bytes: whole, byte by byte, at every cut; and what is none.
-module(pier_frames_tests).
-include_lib("eunit/include/eunit.hrl").

-define(LIMIT, 1000).

encode(Packet, Payload) ->
    <<(byte_size(Payload)):(8 * Packet), Payload/binary>>.

%% A hello as a program of pier writes it: small UTF-8 atoms.
hello(Packet) ->
    term_to_binary({pier, 1, Packet, call, #{frame => 5000}}, [{minor_version, 2}]).

%% Feeds the pieces: all that was cut, and whether a fault ended it.
feed(Pieces, Frames) ->
    feed(Pieces, Frames, []).

feed([], Frames, Cut) ->
    {Cut, pier_frames:pending(Frames)};
feed([Piece | Rest], Frames, Cut) ->
    case pier_frames:feed(Piece, Frames) of
        {More, Next} -> feed(Rest, Next, Cut ++ More);
        {fault, Fault, More} -> {Cut ++ More, {fault, Fault}}
    end.

%% The same at once, byte by byte and at every cut.
everyhow(Bytes) ->
    [[Bytes], [<<Byte>> || <<Byte>> <= Bytes]
     | [[binary:part(Bytes, 0, At), binary:part(Bytes, At, byte_size(Bytes) - At)]
        || At <- lists:seq(0, byte_size(Bytes))]].

payloads() ->
    [term_to_binary(Term) || Term <- [a, {b, 1}, lists:seq(300, 310), <<>>]].

every_cut_test_() ->
    [{lists:flatten(io_lib:format("{packet,~b}", [Packet])),
      fun() ->
              Bytes = iolist_to_binary([encode(Packet, Payload) || Payload <- payloads()]),
              [?assertEqual({payloads(), none}, feed(Pieces, pier_frames:new(Packet, ?LIMIT)))
               || Pieces <- everyhow(Bytes)]
      end} || Packet <- [1, 2, 4]].

hello_test_() ->
    [{lists:flatten(io_lib:format("{packet,~b}", [Packet])),
      fun() ->
              Hello = #{version => 1, mode => call, info => #{frame => 5000}},
              Bytes = iolist_to_binary([encode(Packet, Payload)
                                        || Payload <- [hello(Packet) | payloads()]]),
              [?assertEqual({[Hello | payloads()], none}, feed(Pieces, pier_frames:hello(?LIMIT)))
               || Pieces <- everyhow(Bytes)],
              {_, Frames} = pier_frames:feed(Bytes, pier_frames:hello(?LIMIT)),
              ?assertEqual(Packet, pier_frames:packet(Frames))
      end} || Packet <- [1, 2, 4]].

big_test() ->
    Payload = term_to_binary(binary:copy(<<"x">>, 900)),
    Bytes = encode(4, Payload),
    ?assertEqual({[Payload], none}, feed([<<Byte>> || <<Byte>> <= Bytes], pier_frames:new(4, ?LIMIT))).

%% As early as the bytes allow: nothing waits for a length that is text.
fault_test_() ->
    Term = term_to_binary(binary:copy(<<"x">>, 1000)),
    Size = byte_size(Term),
    [{Name, fun() -> ?assertMatch({_, {fault, Wanted}}, feed([Bytes], Frames)),
                     ?assertEqual({[], {fault, Wanted}}, feed([Bytes], Frames))
            end}
     || {Name, Frames, Bytes, Wanted} <-
            [{"text, 4", pier_frames:new(4, ?LIMIT), <<"h">>, {text, <<"h">>}},
             {"text, 2", pier_frames:new(2, 65535), <<"hel">>, {text, <<"hel">>}},
             {"text, 1", pier_frames:new(1, 255), <<"he">>, {text, <<"he">>}},
             {"text, hello", pier_frames:hello(?LIMIT), <<"he">>, {text, <<"he">>}},
             {"empty frame", pier_frames:new(2, ?LIMIT), <<0, 0, 0>>, {no_frame, <<0, 0, 0>>}},
             {"too long", pier_frames:new(4, ?LIMIT), <<0, 1>>, {frame_size, 65536, ?LIMIT}},
             {"too long, whole", pier_frames:new(4, ?LIMIT), encode(4, Term),
              {frame_size, Size, ?LIMIT}},
             {"packet 2 for 4", pier_frames:new(4, ?LIMIT), encode(2, term_to_binary(a)),
              {no_frame, encode(2, term_to_binary(a))}},
             {"packet 4 for 2", pier_frames:new(2, ?LIMIT), encode(4, term_to_binary(a)),
              {no_frame, encode(4, term_to_binary(a))}},
             {"packet 4 for 1", pier_frames:new(1, ?LIMIT), encode(4, term_to_binary(a)),
              {no_frame, encode(4, term_to_binary(a))}},
             {"another hello", pier_frames:hello(?LIMIT),
              encode(4, term_to_binary({pier, one, 4, call, #{}}, [{minor_version, 2}])),
              {hello, {pier, one, 4, call, #{}}}},
             {"a cut hello", pier_frames:hello(?LIMIT),
              encode(4, binary:part(hello(4), 0, 20)), {no_frame, binary:part(hello(4), 0, 20)}},
             {"no hello", pier_frames:hello(?LIMIT), encode(4, term_to_binary(a)),
              {no_frame, encode(4, term_to_binary(a))}}]].

%% At every cut the fault is found with no byte more than the first that is wrong.
late_fault_test() ->
    Good = encode(4, term_to_binary(a)),
    [?assertMatch({[_], {fault, {text, <<"o", _/binary>>}}}, feed(Pieces, pier_frames:new(4, ?LIMIT)))
     || Pieces <- everyhow(<<Good/binary, "oops">>), lists:last(Pieces) =/= <<>>].

pending_test_() ->
    [{Name, ?_assertEqual({[], Wanted}, feed([Bytes], Frames))}
     || {Name, Frames, Bytes, Wanted} <-
            [{"nothing", pier_frames:new(4, ?LIMIT), <<>>, none},
             {"half a header", pier_frames:new(4, ?LIMIT), <<0, 0>>, {no_frame, <<0, 0>>}},
             {"half a hello", pier_frames:hello(?LIMIT), binary:part(encode(2, hello(2)), 0, 8),
              {no_frame, binary:part(encode(2, hello(2)), 0, 8)}}]].
