%% @doc The frames of a program, cut from the bytes of its port.
%%
%% The port is opened without `{packet, N}', so that nobody allocates what four
%% bytes of stray text announce: "hell" is 1.7 GB. Bytes go in, payloads come
%% out; the first byte that can belong to no frame ends it.
-module(pier_frames).

-export([new/2, hello/1, feed/2, packet/1, pending/1]).
-export_type([frames/0, packet/0, fault/0, hello/0]).

-type packet() :: 1 | 2 | 4.

-type fault() ::
    {text, binary()}                               % it printed; the first bytes
  | {no_frame, binary()}                           % what came is no frame of a term
  | {frame_size, pos_integer(), pos_integer()}     % announced, allowed
  | {hello, term()}.                               % a hello that makes no sense

-type hello() :: #{version := pos_integer(), mode := plain | call | frame, info := map()}.

-record(frames, {packet :: packet() | hello,
                 limit :: pos_integer(),
                 need :: pos_integer(),             % bytes without which nothing can be said
                 parts = [] :: [binary()],          % the newest first
                 size = 0 :: non_neg_integer()}).
-opaque frames() :: #frames{}.

%% Text that a fault shows.
-define(SHOWN, 80).
%% What an owner takes for a hello, see doc/protocol.md.
-define(LONGEST_HELLO, 250).
-define(HELLO, 131, 104, 5, 119, 4, $p, $i, $e, $r).

%% @doc Frames of `{packet, N}' with at most `Limit' bytes each.
-spec new(packet(), pos_integer()) -> frames().
new(Packet, Limit) ->
    #frames{packet = Packet, limit = Limit, need = 1}.

%% @doc Frames that begin with a hello, which says what N is; `Limit' is for the
%% others.
-spec hello(pos_integer()) -> frames().
hello(Limit) ->
    #frames{packet = hello, limit = Limit, need = 1}.

%% @doc The N of `{packet, N}'; `hello' as long as it is not known.
-spec packet(frames()) -> packet() | hello.
packet(#frames{packet = Packet}) ->
    Packet.

%% @doc What has come of a frame that is not whole: nothing, or how a fault would
%% show it.
-spec pending(frames()) -> none | fault().
pending(#frames{size = 0}) ->
    none;
pending(#frames{parts = Parts}) ->
    fault(iolist_to_binary(lists:reverse(Parts))).

%% @doc Takes bytes: the payloads that are whole now, after a hello if one was
%% expected. `fault' has the payloads in front of the fault.
-spec feed(binary(), frames()) ->
          {[hello() | binary()], frames()} | {fault, fault(), [hello() | binary()]}.
feed(Bytes, #frames{parts = Parts, size = Size, need = Need} = Frames)
  when Size + byte_size(Bytes) < Need ->
    {[], Frames#frames{parts = [Bytes | Parts], size = Size + byte_size(Bytes)}};
feed(Bytes, #frames{parts = [], packet = hello} = Frames) ->
    greet(Bytes, Frames);
feed(Bytes, #frames{parts = []} = Frames) ->
    cut(Bytes, Frames, []);
feed(Bytes, #frames{parts = Parts} = Frames) ->
    feed(iolist_to_binary(lists:reverse(Parts, [Bytes])), Frames#frames{parts = [], size = 0}).

%% One header size for each; what is short is said by the last clause of step/3.
cut(Bytes, #frames{packet = 4} = Frames, Cut) ->
    case Bytes of
        <<Size:32, Payload:Size/binary, Rest/binary>> -> take(Payload, Rest, Bytes, Frames, Cut);
        _ -> step(Bytes, Frames, Cut)
    end;
cut(Bytes, #frames{packet = 2} = Frames, Cut) ->
    case Bytes of
        <<Size:16, Payload:Size/binary, Rest/binary>> -> take(Payload, Rest, Bytes, Frames, Cut);
        _ -> step(Bytes, Frames, Cut)
    end;
cut(Bytes, #frames{packet = 1} = Frames, Cut) ->
    case Bytes of
        <<Size:8, Payload:Size/binary, Rest/binary>> -> take(Payload, Rest, Bytes, Frames, Cut);
        _ -> step(Bytes, Frames, Cut)
    end.

take(Payload, _Rest, Bytes, #frames{limit = Limit} = Frames, Cut)
  when byte_size(Payload) > Limit ->
    step(Bytes, Frames, Cut);
take(<<131, _/binary>> = Payload, Rest, _Bytes, Frames, Cut) ->
    cut(Rest, Frames, [Payload | Cut]);
take(_Payload, _Rest, Bytes, _Frames, Cut) ->
    {fault, fault(Bytes), lists:reverse(Cut)}.

%% The beginning of a frame: may it be one, and how much is missing?
step(<<>>, Frames, Cut) ->
    {lists:reverse(Cut), Frames#frames{parts = [], size = 0, need = 1}};
step(Bytes, #frames{packet = Packet, limit = Limit} = Frames, Cut) ->
    Known = min(byte_size(Bytes), Packet),
    <<Value:Known/unit:8, Rest/binary>> = Bytes,
    %% The smallest length that such a header can still say.
    Size = Value bsl (8 * (Packet - Known)),
    case Rest of
        <<Byte, _/binary>> when Byte =/= 131 ->
            {fault, fault(Bytes), lists:reverse(Cut)};
        _ when Size > Limit ->
            {fault, too_long(Bytes, Size, Limit), lists:reverse(Cut)};
        <<>> ->
            wait(Bytes, byte_size(Bytes) + 1, Frames, Cut);
        _ ->
            wait(Bytes, Packet + Size, Frames, Cut)
    end.

wait(Bytes, Need, Frames, Cut) ->
    {lists:reverse(Cut), Frames#frames{parts = [Bytes], size = byte_size(Bytes), need = Need}}.

%% A frame of a term that is too long is not taken for text.
too_long(Bytes, Size, Limit) ->
    case Bytes of
        <<_:32, 131, _/binary>> -> {frame_size, Size, Limit};
        _ ->
            case fault(Bytes) of
                {text, _} = Text -> Text;
                _ -> {frame_size, Size, Limit}
            end
    end.

%% The hello

greet(Bytes, Frames) ->
    Prefixes = [{1, <<?HELLO>>}, {2, <<?HELLO>>}, {4, <<?HELLO>>}],
    case [Packet || {Packet, Prefix} <- Prefixes, fits(Bytes, Packet, Prefix)] of
        [Packet] when byte_size(Bytes) > Packet ->
            greeted(Bytes, Packet, Frames);
        [] ->
            {fault, fault(Bytes), []};
        _ ->
            wait(Bytes, byte_size(Bytes) + 1, Frames, [])
    end.

%% Can these be the first bytes of a hello of {packet,N}? Its length is one byte,
%% those in front of it are zero.
fits(Bytes, Packet, Prefix) ->
    Known = min(byte_size(Bytes), Packet),
    <<Header:Known/binary, Rest/binary>> = Bytes,
    Length = Packet - 1,
    Begins = min(byte_size(Rest), byte_size(Prefix)),
    case Header of
        <<0:Length/unit:8, Size>> when Size >= 1, Size =< ?LONGEST_HELLO ->
            binary:part(Rest, 0, Begins) =:= binary:part(Prefix, 0, Begins);
        <<0:Known/unit:8>> when Known < Packet ->
            true;
        _ ->
            false
    end.

greeted(Bytes, Packet, Frames) ->
    case Bytes of
        <<Size:Packet/unit:8, Payload:Size/binary, Rest/binary>> ->
            understand(Payload, Rest, Frames#frames{packet = Packet});
        <<Size:Packet/unit:8, _/binary>> ->
            wait(Bytes, Packet + Size, Frames, [])
    end.

understand(Payload, Rest, #frames{packet = Packet} = Frames) ->
    try binary_to_term(Payload) of
        {pier, Version, Packet, Mode, Info}
          when is_integer(Version), Version >= 1, is_map(Info),
               Mode =:= plain orelse Mode =:= call orelse Mode =:= frame ->
            cut(Rest, Frames, [#{version => Version, mode => Mode, info => Info}]);
        Other ->
            {fault, {hello, Other}, []}
    catch
        error:badarg -> {fault, fault(Payload), []}
    end.

%% What came instead of a frame.
fault(Bytes) ->
    Shown = binary:copy(binary:part(Bytes, 0, min(byte_size(Bytes), ?SHOWN))),
    case printed(Shown) of
        true -> {text, Shown};
        false -> {no_frame, Shown}
    end.

%% Text is UTF-8, perhaps cut, and of the control characters has only those of text.
printed(Bytes) ->
    utf8(unicode:characters_to_list(Bytes)) andalso
        lists:all(fun(Byte) -> Byte >= 32 andalso Byte =/= 127 orelse lists:member(Byte, "\t\n\r\e\f") end,
                  binary_to_list(Bytes)).

utf8({incomplete, [_ | _], _}) -> true;
utf8(Text) -> is_list(Text).
