%% @doc The process that owns a program: its port, its calls, its subscribers.
%%
%% {@link pier} is the face of this module, with the options and what the
%% callers see. The port is a stream of bytes: {@link pier_frames} cuts them.
%%
%% A call is known by the reference its caller made (a monitor of this process
%% and an alias): it goes to the program as `From' and the answer goes straight
%% to it, so that an answer that comes too late reaches nobody. This process
%% keeps a monitor for each caller, to cancel the call when the caller dies.
-module(pier_port).
-behaviour(gen_server).

-export([start_link/1, call_message/3, cancel_message/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2,
         terminate/2, format_status/1]).

-define(FRAME, 16#4000000).
-define(BACKLOG, 100000).
-define(HELLO_MS, 5000).

-record(call, {monitor :: reference(), since :: integer(), sent :: boolean()}).

-record(state,
        {port :: port(),
         path :: file:filename_all(),
         frames :: pier_frames:frames(),
         mode = plain :: plain | call,
         biggest = infinity :: pos_integer() | infinity,  % payload that may be sent
         decode :: [safe],
         spoken :: boolean(),                             % events and logs are told from answers
         calls = #{} :: #{reference() => #call{}},
         order = queue:new() :: queue:queue(pier_writer:kind()), % plain mode: who is answered next
         writer :: pier_writer:writer(),
         credited = false :: boolean(),
         subscribers = #{} :: #{reference() => reference()}, % their reference, our monitor
         since :: integer(),
         hook :: pier:hook() | none,
         about :: #{program := file:filename_all(), name := atom() | undefined}}).

-spec start_link(pier:options()) -> {ok, pid()} | {error, pier:reason()}.
start_link(#{name := Name} = Options) ->
    gen_server:start_link({local, Name}, ?MODULE, Options, []);
start_link(Options) ->
    gen_server:start_link(?MODULE, Options, []).

%% @doc What a caller sends: the term is encoded by the caller, not here.
-spec call_message(pid(), reference(), term()) -> term().
call_message(Caller, Reference, Request) ->
    {pier_call, Caller, Reference, term_to_binary(Request)}.

-spec cancel_message(reference()) -> term().
cancel_message(Reference) ->
    {pier_cancel, Reference}.

%% Starting

%% @private
init(#{program := Program} = Options) ->
    process_flag(trap_exit, true),
    case pier_program:find(Program) of
        {ok, Path} -> open(Path, Options);
        {error, Reason} -> {stop, Reason}
    end.

open(Path, Options) ->
    case pier_program:open(Path, environment(Options), Options) of
        {ok, Port} -> greet(new(Port, Path, Options), Options);
        {error, Reason} -> {stop, Reason}
    end.

%% A program of pier refuses a wrong N by itself; others do not know the names.
environment(#{packet := Packet}) -> [{"PIER_PACKET", integer_to_list(Packet)}, {"PIER_HELLO", false}];
environment(_) -> [{"PIER_HELLO", "1"}, {"PIER_PACKET", false}].

new(Port, Path, Options) ->
    Limit = maps:get(frame, Options, ?FRAME),
    #state{port = Port,
           path = Path,
           frames = case Options of
                        #{packet := Packet} -> pier_frames:new(Packet, Limit);
                        _ -> pier_frames:hello(Limit)
                    end,
           decode = [safe || maps:get(safe, Options, false)],
           spoken = maps:get(events, Options, false),
           writer = pier_writer:new(Port, maps:get(backlog, Options, ?BACKLOG)),
           since = erlang:monotonic_time(),
           hook = maps:get(hook, Options, none),
           about = #{program => Path, name => maps:get(name, Options, undefined)}}.

greet(State, #{packet := Packet} = Options) ->
    opened(set_mode(maps:get(mode, Options, plain), 1 bsl (8 * Packet) - 1, State), Options);
greet(State, Options) ->
    Timer = erlang:start_timer(maps:get(hello, Options, ?HELLO_MS), self(), hello),
    Result = await_hello(State, Timer),
    _ = erlang:cancel_timer(Timer),
    receive {timeout, Timer, hello} -> ok after 0 -> ok end,
    case Result of
        {Hello, Early, Next} -> agree(Hello, Early, Next, Options);
        {stop, _} = Stop -> Stop
    end.

await_hello(#state{port = Port, path = Path, frames = Frames} = State, Timer) ->
    receive
        {Port, {data, Bytes}} ->
            case pier_frames:feed(Bytes, Frames) of
                {[], Next} -> await_hello(State#state{frames = Next}, Timer);
                {[Hello | Early], Next} -> {Hello, Early, State#state{frames = Next}};
                {fault, Fault, _} -> {stop, {program, Path, Fault}}
            end;
        {Port, {exit_status, Status}} ->
            {stop, {program, Path, case pier_frames:pending(Frames) of
                                       none -> {no_hello, status(Status)};
                                       Fault -> {truncated, Fault, status(Status)}
                                   end}};
        {'EXIT', Port, Reason} ->
            {stop, {program, Path, {no_hello, {port, Reason}}}};
        {'EXIT', Linked, Reason} when is_pid(Linked) ->
            {stop, Reason};
        {timeout, Timer, hello} ->
            case pier_frames:pending(Frames) of
                none -> {stop, {program, Path, {no_hello, timeout}}};
                Fault -> {stop, {program, Path, Fault}}
            end
    end.

agree(#{mode := Mode, info := Info}, Early, #state{path = Path} = State, Options) ->
    Widest = 1 bsl (8 * pier_frames:packet(State#state.frames)) - 1,
    Biggest = case Info of
                  #{frame := Frame} when is_integer(Frame), Frame > 0 -> min(Frame, Widest);
                  _ -> Widest
              end,
    case maps:get(mode, Options, case Mode of frame -> plain; _ -> Mode end) of
        Mode ->
            {ok, Opened} = opened(set_mode(Mode, Biggest, State), Options),
            {ok, Opened, {continue, {payloads, Early}}};
        Wanted ->
            {stop, {program, Path, {mode, Mode, Wanted}}}
    end.

set_mode(call, Biggest, State) ->
    State#state{mode = call, biggest = Biggest, spoken = true};
set_mode(plain, Biggest, State) ->
    State#state{mode = plain, biggest = Biggest}.

opened(State, Options) ->
    fire([port, start], #{system_time => erlang:system_time()}, #{os_pid => os_pid(State)}, State),
    case Options of
        #{credit := N} -> {ok, grant(N, State)};
        _ -> {ok, State}
    end.

os_pid(#state{port = Port}) ->
    case erlang:port_info(Port, os_pid) of
        {os_pid, Pid} -> Pid;
        undefined -> undefined
    end.

%% Messages

%% @private
handle_call({subscribe, Pid, Reference}, _From, #state{subscribers = Subscribers} = State) ->
    Monitor = erlang:monitor(process, Pid, [{tag, {gone, Reference}}]),
    {reply, ok, State#state{subscribers = Subscribers#{Reference => Monitor}}};
handle_call({unsubscribe, Reference}, _From, State) ->
    {reply, ok, unsubscribe(Reference, State)};
handle_call(info, _From, #state{calls = Calls, subscribers = Subscribers} = State) ->
    Info = #{program => State#state.path, os_pid => os_pid(State),
             mode => State#state.mode, packet => pier_frames:packet(State#state.frames),
             biggest => State#state.biggest, calls => maps:size(Calls),
             backlog => pier_writer:waiting(State#state.writer), subscribers => maps:size(Subscribers)},
    {reply, Info, State};
handle_call(_Request, _From, State) ->
    {reply, {error, badarg}, State}.

%% @private
handle_cast({cast, Bytes}, #state{mode = Mode} = State) ->
    Frame = case Mode of
                call -> tuple([<<119, 4, "cast">>, body(Bytes)]);
                plain -> Bytes
            end,
    case send(cast, Frame, State) of
        {error, Reason} ->
            pier_report:warn("a cast was not sent: ~ts", [pier:format_error(Reason)], State#state.about),
            {noreply, State};
        {_, Next} ->
            {noreply, Next}
    end;
handle_cast({credit, N}, State) ->
    {noreply, grant(N, State)};
handle_cast(_Request, State) ->
    {noreply, State}.

%% @private
handle_continue({payloads, Payloads}, State) ->
    take(Payloads, State).

%% @private
handle_info({Port, {data, Bytes}}, #state{port = Port, frames = Frames} = State) ->
    case pier_frames:feed(Bytes, Frames) of
        {Payloads, Next} ->
            take(Payloads, State#state{frames = Next});
        {fault, Fault, Payloads} ->
            case take(Payloads, State) of
                {noreply, Next} -> ended(Fault, Next);
                Stop -> Stop
            end
    end;
handle_info({pier_call, Caller, Reference, Bytes}, State) ->
    {noreply, call(Caller, Reference, Bytes, State)};
handle_info({pier_cancel, Reference}, State) ->
    {noreply, cancel(Reference, timeout, State)};
handle_info({{gone, Reference}, _Monitor, process, _Pid, _Reason}, State) ->
    {noreply, unsubscribe(Reference, cancel(Reference, caller, State))};
handle_info({pier_sent, Sender}, State) ->
    {noreply, resume(Sender, State)};
handle_info({Port, {exit_status, Status}}, #state{port = Port, frames = Frames} = State) ->
    case pier_frames:pending(Frames) of
        none -> ended(status(Status), State);
        Fault -> ended({truncated, Fault, status(Status)}, State)
    end;
handle_info({'EXIT', Port, Reason}, #state{port = Port} = State) ->
    ended({port, Reason}, State);
handle_info({'EXIT', _Linked, Reason}, State) ->
    {stop, Reason, State};
handle_info(_Message, State) ->
    {noreply, State}.

status(Status) when Status > 128 -> {signal, Status - 128};
status(Status) -> {status, Status}.

%% @private
terminate(Reason, #state{writer = Writer, since = Since} = State) ->
    pier_writer:close(Writer),
    fire([port, stop], #{duration => erlang:monotonic_time() - Since}, #{reason => Reason}, State).

%% @private What a crash report shows: no bytes, no tables.
format_status(#{state := #state{about = About, mode = Mode, calls = Calls}} = Status) ->
    Status#{state := About#{mode => Mode, calls => maps:size(Calls)}};
format_status(Status) ->
    Status.

%% To the program

call(Caller, Reference, Bytes, #state{mode = Mode, calls = Calls} = State) ->
    Frame = case Mode of
                call -> tuple([<<119, 4, "call">>, body(term_to_binary(Reference)), body(Bytes)]);
                plain -> Bytes
            end,
    case send(Reference, Frame, State) of
        {error, Reason} ->
            Reference ! {Reference, {error, Reason}},
            fire([call, refused], #{count => 1}, #{reason => Reason}, State),
            State;
        {Sent, Next} ->
            Monitor = erlang:monitor(process, Caller, [{tag, {gone, Reference}}]),
            Call = #call{monitor = Monitor, since = erlang:monotonic_time(), sent = Sent =:= sent},
            Next#state{calls = Calls#{Reference => Call}}
    end.

%% A tuple of encoded elements; terms that were encoded each for itself have no
%% version byte inside it.
tuple(Elements) ->
    [<<131, 104, (length(Elements))>> | Elements].

body(<<131, Body/binary>>) ->
    Body.

cancel(Reference, Why, #state{calls = Calls, mode = Mode} = State) ->
    case maps:take(Reference, Calls) of
        {#call{sent = Sent} = Call, Rest} ->
            done(Call, Why, State),
            Next = State#state{calls = Rest},
            %% A call in the backlog is never sent: drain/1 finds it gone.
            case Sent andalso Mode =:= call of
                true -> own([<<119, 6, "cancel">>, body(term_to_binary(Reference))], Next);
                false -> Next
            end;
        error ->
            State
    end.

grant(N, #state{mode = call} = State) ->
    own([<<119, 6, "credit">>, body(term_to_binary(N))], State#state{credited = true});
grant(_N, State) ->
    State.

%% A word of ours: never refused.
own(Elements, State) ->
    {_, Next} = send(own, tuple(Elements), State),
    Next.

-spec send(pier_writer:kind(), iodata(), #state{}) ->
          {sent | waits, #state{}} | {error, pier:reason()}.
send(Kind, Payload, #state{biggest = Biggest, frames = Frames, writer = Writer} = State) ->
    case iolist_size(Payload) of
        Size when Size > Biggest ->
            {error, {too_big, Size, Biggest}};
        _ ->
            case pier_writer:send(Kind, pier_frames:packet(Frames), Payload, Writer) of
                {sent, Next} -> {sent, follow([Kind], State#state{writer = Next})};
                {waits, Next} -> {waits, State#state{writer = Next}};
                overload -> {error, overload}
            end
    end.

%% In plain mode answers have the order in which the requests went out.
follow(Kinds, #state{mode = plain, order = Order} = State) ->
    State#state{order = lists:foldl(fun queue:in/2, Order, Kinds)};
follow(_, State) ->
    State.

%% The port takes more.
resume(Sender, #state{writer = Writer, calls = Calls} = State) ->
    Wanted = fun(Kind) -> is_atom(Kind) orelse is_map_key(Kind, Calls) end,
    {Sent, Next} = pier_writer:sent(Sender, Wanted, Writer),
    Marked = lists:foldl(fun mark/2, Calls, Sent),
    follow(Sent, State#state{writer = Next, calls = Marked}).

mark(Reference, Calls) when is_reference(Reference) ->
    maps:update_with(Reference, fun(Call) -> Call#call{sent = true} end, Calls);
mark(_, Calls) ->
    Calls.

%% From the program

take([], State) ->
    {noreply, State};
take([Payload | Rest], #state{decode = Decode} = State) ->
    try binary_to_term(Payload, Decode) of
        Term -> take(Rest, hear(Term, State))
    catch
        error:badarg -> ended({bad_answer, Payload}, State)
    end.

hear({reply, Reference, Reply}, #state{mode = call} = State) ->
    answer(Reference, Reply, State);
hear({event, Event}, #state{spoken = true} = State) ->
    event(Event, State);
hear({dropped, Key, Count}, #state{spoken = true} = State) ->
    fire([event, dropped], #{count => Count}, #{key => Key}, State),
    tell({dropped, Key, Count}, State);
hear({log, Level, Text}, #state{spoken = true, about = About} = State) ->
    pier_report:log(Level, Text, About),
    fire([log], #{count => 1}, #{level => Level}, State),
    State;
hear({error, Reason}, #state{mode = call, about = About} = State) ->
    pier_report:warn("a message could not be served: ~tp", [Reason], About),
    State;
hear(_, #state{mode = call} = State) -> State; % of a later version
hear(Answer, #state{about = About, order = Order} = State) ->
    case queue:out(Order) of
        {{value, Kind}, Rest} ->
            answer(Kind, Answer, State#state{order = Rest});
        {empty, _} ->
            pier_report:warn("said something nobody asked for: ~tP", [Answer, 20], About),
            State
    end.

answer(Kind, Reply, #state{calls = Calls} = State) ->
    case maps:take(Kind, Calls) of
        {Call, Rest} ->
            Kind ! {Kind, {ok, Reply}},
            done(Call, answer, State),
            State#state{calls = Rest};
        error ->
            %% A call that was cancelled, or a cast in plain mode.
            State
    end.

done(#call{monitor = Monitor, since = Since}, Result, State) ->
    erlang:demonitor(Monitor, [flush]),
    fire([call, stop], #{duration => erlang:monotonic_time() - Since}, #{result => Result}, State).

event(Event, #state{subscribers = Subscribers, credited = Credited} = State) ->
    Count = maps:size(Subscribers),
    fire([event], #{subscribers => Count}, #{}, State),
    if
        Count =:= 0, Credited -> grant(1, State); % nobody is there to give it back
        true -> tell({event, Event}, State)
    end.

tell(Message, #state{subscribers = Subscribers} = State) ->
    _ = [Reference ! {Reference, Message} || Reference <- maps:keys(Subscribers)],
    State.

unsubscribe(Reference, #state{subscribers = Subscribers} = State) ->
    case maps:take(Reference, Subscribers) of
        {Monitor, Rest} ->
            erlang:demonitor(Monitor, [flush]),
            State#state{subscribers = Rest};
        error ->
            State
    end.

ended(How, #state{path = Path} = State) ->
    Reason = {program, Path, How},
    {stop, case How of {status, 0} -> {shutdown, Reason}; _ -> Reason end, State}.

fire(Event, Measurements, More, #state{hook = Hook, about = About}) ->
    pier_report:fire(Hook, Event, Measurements, maps:merge(About, More)).
