%% The measures of work.c on the BEAM: the same arguments (after -extra), the
%% same line of JSON. Ports are opened with {packet,4} and binary.
-module(bench_beam).
-export([main/0, add/2]).

-define(TRIPS_PER_LOOK, 64).
-define(SAMPLES, 1048576).

main() ->
    try
        measure(maps:from_list([argument(A) || A <- init:get_plain_arguments()])),
        halt(0)
    catch
        Class:Reason:Stack ->
            io:format(standard_error, "beam: ~0p:~0p ~0p~n", [Class, Reason, Stack]),
            halt(1)
    end.

argument(Text) ->
    [Name, Value] = string:split(Text, "="),
    {list_to_atom(Name), Value}.

%% What a job does not say is what job.c takes for it.
number(Name, Job) ->
    Default = #{in_flight => 1, at_once => 1},
    case Job of
        #{Name := Text} -> list_to_integer(Text);
        _ -> maps:get(Name, Default, 0)
    end.

%% Bytes that are sent as they are; or a term that is made for each frame, as is one of
%% each answer.
payload(#{payload := "add", how := "terms"}) -> {add, 1, 2};
payload(#{how := "serve"} = Job) -> {serve, payload(maps:remove(how, Job))};
payload(#{how := "cnode"} = Job) -> {cnode, payload(maps:remove(how, Job))};
payload(#{payload := "add"}) -> term_to_binary({add, 1, 2});
payload(#{payload := Size}) -> binary:copy(<<"x">>, list_to_integer(Size)).

send(Port, Bytes) when is_binary(Bytes) -> port_command(Port, Bytes);
send(Port, {serve, Bytes}) -> pier_host:port_command(Port, Bytes);
send(Pid, {cnode, Bytes}) -> Pid ! {self(), Bytes};
send(Port, Term) -> port_command(Port, term_to_binary(Term)).

take(Port, Bytes) when is_binary(Bytes) -> receive {Port, {data, _}} -> ok end;
take(Port, {How, _}) when How =:= serve; How =:= cnode -> receive {Port, {data, _}} -> ok end;
take(Port, _) -> receive {Port, {data, Bytes}} -> {ok, 3} = binary_to_term(Bytes) end.

measure(#{work := "trips", program := Program} = Job) ->
    InFlight = number(in_flight, Job),
    Port = open(Program, [{packet, 4}], maps:get(how, Job, "")),
    Payload = payload(Job),
    [send(Port, Payload) || InFlight > 1, _ <- lists:seq(1, InFlight)],
    _ = rate(InFlight, Port, Payload, deadline(warm, Job)),
    Pid = os_pid(Port, Payload),
    Host0 = cpu_self(),
    Program0 = cpu_of(Pid),
    Begin = now_ns(),
    Count = rate(InFlight, Port, Payload, deadline(rate, Job)),
    End = now_ns(),
    Sums = {Count, End - Begin, cpu_self() - Host0, cpu_of(Pid) - Program0},
    case InFlight of
        1 ->
            Samples = atomics:new(?SAMPLES, []),
            Taken = latency(Port, Payload, Samples, 1, now_ns(), deadline(latency, Job)),
            print(Sums, Samples, Taken, [{program_wake_ups, wake_ups(Pid)}]);
        _ ->
            print(Sums, none, 0)
    end;
measure(#{work := "spawns", program := Program, idle := Idle} = Job) ->
    Memory = binary:copy(<<1:8192>>, number(resident, Job) * 1024),
    Ports = [open(Idle, [{packet, 4}]) || _ <- lists:seq(1, number(ports, Job))],
    Samples = atomics:new(?SAMPLES, []),
    AtOnce = number(at_once, Job),
    _ = spawns(Program, AtOnce, Samples, 1, now_ns(), deadline(warm, Job)),
    Helper = helper(),
    Host0 = cpu_self() + cpu_of(Helper),
    Begin = now_ns(),
    Count = spawns(Program, AtOnce, Samples, 1, Begin, deadline(rate, Job)),
    End = now_ns(),
    print({Count * AtOnce, End - Begin, cpu_self() + cpu_of(Helper) - Host0, 0}, Samples, Count),
    %% Still referred to, so the garbage collector could not take them.
    {byte_size(Memory), length(Ports)};
measure(#{work := "lines", program := Program} = Job) ->
    Bytes = number(bytes, Job),
    Port = open(Program, [{line, 1024}, in]),
    {os_pid, Pid} = erlang:port_info(Port, os_pid),
    _ = lines(Port, Bytes div 10, 0, 0),
    Host0 = cpu_self(),
    Program0 = cpu_of(Pid),
    Begin = now_ns(),
    Count = lines(Port, Bytes, 0, 0),
    End = now_ns(),
    print({Count, End - Begin, cpu_self() - Host0, cpu_of(Pid) - Program0}, none, 0);
measure(#{work := "ports", program := Program} = Job) ->
    Many = number(ports, Job),
    Payload = payload(Job),
    erlang:garbage_collect(),
    Memory = memory(),
    Open = now_ns(),
    Ports = [open(Program, [{packet, 4}]) || _ <- lists:seq(1, Many)],
    Opened = now_ns(),
    _ = rounds(Ports, Payload, now_ns(), 0),
    Host0 = cpu_self(),
    Begin = now_ns(),
    Rounds = rounds(Ports, Payload, deadline(rate, Job), 0),
    End = now_ns(),
    Sums = {Rounds * Many, End - Begin, cpu_self() - Host0, 0},
    erlang:garbage_collect(),
    Figures = [{open_rate, Many * 1.0e9 / (Opened - Open)}, {port_bytes, (memory() - Memory) / Many}],
    print(Sums, none, 0, Figures);
measure(#{work := "driver", payload := What, program := Path} = Job) ->
    Fun = driver(What, maps:get(how, Job, ""), Path),
    _ = repeat(Fun, deadline(warm, Job), 1, 0),
    Host0 = cpu_self(),
    Begin = now_ns(),
    Count = repeat(Fun, deadline(rate, Job), 1, 0) * case What of "output" -> 64; _ -> 1 end,
    End = now_ns(),
    print({Count, End - Begin, cpu_self() - Host0, 0}, none, 0);
measure(#{work := "terms", terms := Work} = Job) ->
    Lines = [io_lib:format("\"~s\":~s", [Name, term(fun_of(Work, Name, Term), Job, Term)])
             || {Name, Term} <- terms()],
    io:format("{~s}~n", [lists:join($,, Lines)]).

%% One thing that the driver, or the NIF, does; of jobs one of the 64 under way.
driver("control", "nif", Path) ->
    ok = erlang:load_nif(filename:rootname(Path), 0),
    fun() -> 3 = ?MODULE:add(1, 2) end;
driver(What, _, Path) ->
    Name = filename:basename(Path, ".so"),
    ok = erl_ddll:load_driver(filename:dirname(Path), Name),
    Port = open_port({spawn_driver, Name}, [binary]),
    [erlang:port_control(Port, 3, <<>>) || What =:= "async", _ <- lists:seq(1, 64)],
    case What of
        "control" -> fun() -> [0, 0, 0, 3] = erlang:port_control(Port, 1, <<1:32, 2:32>>) end;
        "call" -> fun() -> {add, 1, 2} = erlang:port_call(Port, 1, {add, 1, 2}) end;
        "output" -> fun() -> erlang:port_control(Port, 2, <<64:32>>), take_many(64, Port) end;
        "async" -> fun() -> take_many(1, Port), erlang:port_control(Port, 3, <<>>) end
    end.

take_many(0, _) -> ok;
take_many(Left, Port) -> receive {Port, {data, _}} -> take_many(Left - 1, Port) end.

add(_, _) ->
    erlang:nif_error(not_loaded).

%% The terms of terms_build.c.
terms() ->
    Binary = binary:copy(<<"b">>, 1000),
    [{small, {call, make_ref(), {add, 1, 2}}},
     {ints, lists:seq(0, 999)},
     {maps, maps:from_list([{I, #{id => I, name => <<"user">>, on => true, x => 1.5}}
                            || I <- lists:seq(0, 99)])},
     {tuples, [{item, I, {x, 2 * I, "abc"}} || I <- lists:seq(0, 999)]},
     {binaries, [Binary || _ <- lists:seq(1, 100)]}].

%% Atoms as in the bytes that pier works on.
encode(Term) ->
    term_to_binary(Term, [{minor_version, 2}]).

fun_of("scan", _, Term) ->
    Bytes = encode(Term),
    fun() -> binary_to_term(Bytes) end;
fun_of("build", _, Term) ->
    fun() -> encode(Term) end;
fun_of("normal", _, Term) ->
    Bytes = encode(Term),
    fun() -> term_to_binary(binary_to_term(Bytes), [deterministic, {minor_version, 2}]) end;
fun_of("print", _, Term) ->
    fun() -> io_lib:format("~w", [Term]) end;
fun_of("read", small, _) ->
    reader("{call,{add,1,2}}.");
fun_of("read", _, Term) ->
    reader(lists:flatten(io_lib:format("~w.", [Term]))).

reader(Text) ->
    fun() ->
            {ok, Tokens, _} = erl_scan:string(Text),
            {ok, _} = erl_parse:parse_term(Tokens)
    end.

term(Fun, Job, Term) ->
    _ = repeat(Fun, deadline(warm, Job), 1, 0),
    {Cpu0, _} = erlang:statistics(runtime),
    Begin = now_ns(),
    Count = repeat(Fun, deadline(rate, Job), 1, 0),
    End = now_ns(),
    {Cpu1, _} = erlang:statistics(runtime),
    io_lib:format("{\"count\":~b,\"seconds\":~.9f,\"host_cpu\":~.9f,\"bytes\":~b,\"otp\":\"~s\"}",
                  [Count, (End - Begin) / 1.0e9, (Cpu1 - Cpu0) / 1.0e3,
                   byte_size(encode(Term)), erlang:system_info(otp_release)]).

%% The clock is read about every half millisecond.
repeat(Fun, Deadline, Batch, Count) ->
    Before = now_ns(),
    times(Batch, Fun),
    case now_ns() of
        Now when Now >= Deadline -> Count + Batch;
        Now when Now - Before < 500000 -> repeat(Fun, Deadline, Batch * 2, Count + Batch);
        _ -> repeat(Fun, Deadline, Batch, Count + Batch)
    end.

times(0, _) ->
    ok;
times(Left, Fun) ->
    Fun(),
    times(Left - 1, Fun).

open(Program, Options) ->
    open_port({spawn_executable, Program}, [binary | Options]).

%% On the BEAM, or on a native host that serves it: `pier serve', beside the bench's folder.
open(Program, Options, "serve") ->
    Build = filename:dirname(filename:dirname(code:which(?MODULE))),
    true = code:add_patha(filename:join(Build, "ebin")),
    {ok, _} = pier_host:start(#{pier => filename:join(Build, "pier")}),
    pier_host:open_port({spawn_executable, Program}, [binary | Options]);
%% As a C node, which connects to the listening socket of the distribution.
open(Program, _, "cnode") ->
    true = register(bench, self()),
    {ok, _} = net_kernel:start([list_to_atom("bench" ++ os:getpid()), shortnames]),
    [_, Host] = string:split(atom_to_list(node()), "@"),
    [Listening] = [Number || Socket <- erlang:ports(), {ok, Number} <- [inet:port(Socket)]],
    Cookie = atom_to_list(erlang:get_cookie()),
    Arguments = [Host, "localhost", integer_to_list(Listening), Cookie],
    Port = open_port({spawn_executable, Program}, [{args, Arguments}]),
    put(cnode, os_pid(Port, <<>>)),
    receive {cnode, Pid} -> Pid end;
open(Program, Options, _) ->
    open(Program, Options).

os_pid(Port, {serve, _}) ->
    {os_pid, Pid} = pier_host:port_info(Port, os_pid),
    Pid;
os_pid(_, {cnode, _}) ->
    get(cnode);
os_pid(Port, _) ->
    {os_pid, Pid} = erlang:port_info(Port, os_pid),
    Pid.

rate(1, Port, Payload, Deadline) -> serial(Port, Payload, Deadline, 0);
rate(_, Port, Payload, Deadline) -> window(Port, Payload, Deadline, 0).

serial(Port, Payload, Deadline, Count) ->
    trips(?TRIPS_PER_LOOK, Port, Payload),
    case now_ns() >= Deadline of
        true -> Count + ?TRIPS_PER_LOOK;
        false -> serial(Port, Payload, Deadline, Count + ?TRIPS_PER_LOOK)
    end.

trips(0, _, _) ->
    ok;
trips(Left, Port, Payload) ->
    send(Port, Payload),
    take(Port, Payload),
    trips(Left - 1, Port, Payload).

window(Port, Payload, Deadline, Count) ->
    answers(?TRIPS_PER_LOOK, Port, Payload),
    case now_ns() >= Deadline of
        true -> Count + ?TRIPS_PER_LOOK;
        false -> window(Port, Payload, Deadline, Count + ?TRIPS_PER_LOOK)
    end.

answers(0, _, _) ->
    ok;
answers(Left, Port, Payload) ->
    take(Port, Payload),
    send(Port, Payload),
    answers(Left - 1, Port, Payload).

latency(Port, Payload, Samples, Next, Begin, Deadline) when Next =< ?SAMPLES, Begin < Deadline ->
    trips(1, Port, Payload),
    Now = now_ns(),
    atomics:put(Samples, Next, Now - Begin),
    latency(Port, Payload, Samples, Next + 1, Now, Deadline);
latency(_, _, _, Next, _, _) ->
    Next - 1.

%% So many bytes or more, in whole lines: the lines and the bytes there were.
lines(Port, Wanted, Lines, Bytes) when Bytes < Wanted ->
    receive {Port, {data, {eol, Line}}} -> lines(Port, Wanted, Lines + 1, Bytes + byte_size(Line) + 1) end;
lines(_, _, Lines, _) ->
    Lines.

rounds(Ports, Payload, Deadline, Rounds) ->
    [port_command(Port, Payload) || Port <- Ports],
    [receive {Port, {data, _}} -> ok end || Port <- Ports],
    case now_ns() >= Deadline of
        true -> Rounds + 1;
        false -> rounds(Ports, Payload, Deadline, Rounds + 1)
    end.

spawns(Program, AtOnce, Samples, Next, Begin, Deadline) when Next =< ?SAMPLES, Begin < Deadline ->
    Ports = [open(Program, [exit_status]) || _ <- lists:seq(1, AtOnce)],
    [receive {Port, {exit_status, 0}} -> ok end || Port <- Ports],
    Now = now_ns(),
    atomics:put(Samples, Next, Now - Begin),
    spawns(Program, AtOnce, Samples, Next + 1, Now, Deadline);
spawns(_, _, _, Next, _, _) ->
    Next - 1.

now_ns() ->
    erlang:monotonic_time(nanosecond).

deadline(Name, Job) ->
    now_ns() + number(Name, Job) * 1000000.

%% CPU nanoseconds, all threads; /proc/PID/schedstat has the first thread only.
cpu_self() ->
    cpu_of(os:getpid()).

cpu_of(Pid) ->
    Tasks = io_lib:format("/proc/~s/task", [if is_integer(Pid) -> integer_to_list(Pid); true -> Pid end]),
    case file:list_dir(Tasks) of
        {ok, Threads} -> lists:sum([cpu_of_thread(Tasks, Thread) || Thread <- Threads]);
        {error, _} -> 0
    end.

cpu_of_thread(Tasks, Thread) ->
    case file:read_file([Tasks, "/", Thread, "/schedstat"]) of
        {ok, Text} -> binary_to_integer(hd(binary:split(Text, <<" ">>)));
        {error, _} -> 0
    end.

%% How often the program wakes up while nobody asks anything.
wake_ups(Pid) ->
    timer:sleep(20),
    Before = sleeps(Pid),
    timer:sleep(100),
    sleeps(Pid) - Before.

sleeps(Pid) ->
    Tasks = io_lib:format("/proc/~b/task", [Pid]),
    {ok, Threads} = file:list_dir(Tasks),
    lists:sum([sleeps_of_thread(Tasks, Thread) || Thread <- Threads]).

sleeps_of_thread(Tasks, Thread) ->
    {ok, Status} = file:read_file([Tasks, "/", Thread, "/status"]),
    {match, [Number]} = re:run(Status, "\\nvoluntary_ctxt_switches:\\s*(\\d+)",
                               [{capture, all_but_first, list}]),
    list_to_integer(Number).

%% The process that starts programs for the BEAM is part of what a spawn costs:
%% it is the parent of any program.
helper() ->
    Port = open("/bin/cat", []),
    {os_pid, Pid} = erlang:port_info(Port, os_pid),
    {ok, Stat} = file:read_file(io_lib:format("/proc/~b/stat", [Pid])),
    [_, Rest] = binary:split(Stat, <<") ">>),
    [_, Parent | _] = binary:split(Rest, <<" ">>, [global]),
    port_close(Port),
    binary_to_list(Parent).

%% Bytes of memory the process has touched and keeps, without files.
memory() ->
    {ok, Status} = file:read_file("/proc/self/status"),
    {match, [Number]} = re:run(Status, "RssAnon:\\s*(\\d+)", [{capture, all_but_first, list}]),
    list_to_integer(Number) * 1024.

print(Sums, Samples, Taken) ->
    print(Sums, Samples, Taken, []).

print({Count, Wall, HostCpu, ProgramCpu}, Samples, Taken, Figures) ->
    io:format("{\"count\":~b,\"seconds\":~.9f,\"host_cpu\":~.9f,\"program_cpu\":~.9f",
              [Count, Wall / 1.0e9, HostCpu / 1.0e9, ProgramCpu / 1.0e9]),
    Sorted = list_to_tuple(lists:sort([atomics:get(Samples, I) || I <- lists:seq(1, Taken)])),
    [io:format(",\"~s\":~.3f", [Name, element(trunc((Taken - 1) * Share) + 1, Sorted) / 1000])
     || Taken > 0, {Name, Share} <- [{p50, 0.5}, {p99, 0.99}, {p999, 0.999}]],
    [io:format(",\"~s\":~.9f", [Name, float(Figure)]) || {Name, Figure} <- Figures],
    io:format(",\"otp\":\"~s\"}~n", [erlang:system_info(otp_release)]).
