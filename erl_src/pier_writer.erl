%% @doc What goes to a program, one frame after the other.
%%
%% A busy port suspends whoever writes to it. So that an owner can always answer,
%% it never waits itself: a second process does, and what comes meanwhile waits
%% in a backlog, which has an end.
-module(pier_writer).

-export([new/2, send/4, sent/3, waiting/1, close/1]).
-export_type([writer/0, kind/0]).

%% What a frame is: a call, a cast, or a word of the owner's, which is never refused.
-type kind() :: reference() | cast | own.

-record(writer, {port :: port(),
                 sender :: pid(),
                 busy = false :: boolean(),
                 backlog = queue:new() :: queue:queue({kind(), iodata()}),
                 room :: integer()}).
-opaque writer() :: #writer{}.

%% @doc For a port of the calling process; `Room' is how many frames may wait.
-spec new(port(), non_neg_integer()) -> writer().
new(Port, Room) ->
    Owner = self(),
    #writer{port = Port, room = Room, sender = spawn_link(fun() -> wait(Owner, Port) end)}.

%% @doc Sends a frame now, if the port takes it, or later.
-spec send(kind(), pier_frames:packet(), iodata(), writer()) -> {sent | waits, writer()} | overload.
send(_Kind, Packet, Payload, #writer{busy = false} = Writer) ->
    {sent, write(frame(Packet, Payload), Writer)};
send(Kind, _Packet, _Payload, #writer{room = Room}) when Room =< 0, Kind =/= own ->
    overload;
send(Kind, Packet, Payload, #writer{backlog = Backlog, room = Room} = Writer) ->
    Waiting = queue:in({Kind, frame(Packet, Payload)}, Backlog),
    {waits, Writer#writer{backlog = Waiting, room = Room - 1}}.

frame(Packet, Payload) ->
    [<<(iolist_size(Payload)):(8 * Packet)>> | Payload].

%% That the port has just ended shows in the message that comes next.
write(Frame, #writer{port = Port, sender = Sender} = Writer) ->
    Taken = try port_command(Port, Frame, [nosuspend]) catch error:badarg -> true end,
    Taken orelse (Sender ! {write, Frame}),
    Writer#writer{busy = not Taken}.

wait(Owner, Port) ->
    receive
        {write, Frame} ->
            try port_command(Port, Frame) catch error:badarg -> true end,
            Owner ! {pier_sent, self()},
            wait(Owner, Port)
    end.

%% @doc After a message `{pier_sent, Sender}': sends what waits, as long as the
%% port takes it, without what is not `Wanted' any more. What was sent, in order.
-spec sent(pid(), fun((kind()) -> boolean()), writer()) -> {[kind()], writer()}.
sent(Sender, Wanted, #writer{sender = Sender} = Writer) ->
    drain(Wanted, [], Writer#writer{busy = false});
sent(_Sender, _Wanted, Writer) ->
    {[], Writer}.

drain(_Wanted, Sent, #writer{busy = true} = Writer) ->
    {lists:reverse(Sent), Writer};
drain(Wanted, Sent, #writer{backlog = Backlog, room = Room} = Writer) ->
    case queue:out(Backlog) of
        {{value, {Kind, Frame}}, Rest} ->
            Next = Writer#writer{backlog = Rest, room = Room + 1},
            case Wanted(Kind) of
                true -> drain(Wanted, [Kind | Sent], write(Frame, Next));
                false -> drain(Wanted, Sent, Next)
            end;
        {empty, _} ->
            {lists:reverse(Sent), Writer}
    end.

%% @doc How many frames wait.
-spec waiting(writer()) -> non_neg_integer().
waiting(#writer{backlog = Backlog}) ->
    queue:len(Backlog).

%% @doc Closes the port.
-spec close(writer()) -> ok.
close(#writer{port = Port, sender = Sender}) ->
    try port_close(Port) catch error:badarg -> true end,
    unlink(Sender),
    exit(Sender, kill),
    ok.
