%% @doc Owners of port programs.
%%
%% A process of this module owns a program: it opens it, sends it the calls of
%% other processes and hands them the answers, tells subscribers what happened,
%% and logs what the program logs. It is made to stand in a supervision tree:
%% ```
%% Children = [pier:child_spec(#{name => calc, program => {priv, my_app, "calc"}})],
%% {ok, {ok, 3}} = pier:call(calc, {add, 1, 2}).
%% '''
%% When the program ends, so does its owner, with a reason that
%% {@link format_error/1} turns into a sentence, and its supervisor starts both
%% anew; callers that wait get `{error, Reason}'. When the owner ends, the port
%% closes, and a program of pier ends too; one that is not of pier ends for sure
%% with the option `wrap'.
%%
%% == The first words ==
%%
%% Without the option `packet' the program must say hello (doc/protocol.md), as
%% every program made with pier does; {@link start_link/1} waits for it, and
%% says in one sentence what is wrong if text or anything else comes. With
%% `packet' there is no hello, so that any program that speaks
%% `{packet, N}' and terms can be owned. In both cases the frames are cut here and
%% not by the emulator: stray text is an error, not a length.
%%
%% == Hooks ==
%%
%% The option `hook' is a fun of three arguments or a module with
%% `execute/3'; `hook => telemetry' is enough where that library is there. It is called in the
%% owner with an event, measurements and what it is about (with at least
%% `program' and `name'):
%% <table>
%% <tr><td>`[pier, port, start]'</td><td>`system_time'</td><td>`os_pid'</td></tr>
%% <tr><td>`[pier, port, stop]'</td><td>`duration'</td><td>`reason'</td></tr>
%% <tr><td>`[pier, call, stop]'</td><td>`duration'</td>
%%     <td>`result': `answer', `timeout' or `caller' (which died)</td></tr>
%% <tr><td>`[pier, call, refused]'</td><td>`count'</td><td>`reason'</td></tr>
%% <tr><td>`[pier, event]'</td><td>`subscribers'</td><td></td></tr>
%% <tr><td>`[pier, event, dropped]'</td><td>`count'</td><td>`key'</td></tr>
%% <tr><td>`[pier, log]'</td><td>`count'</td><td>`level'</td></tr>
%% </table>
%% Durations are in native units. A hook that fails is logged, and no harm is done.
-module(pier).

-export([child_spec/1, start_link/1, stop/1, info/1]).
-export([call/2, call/3, cast/2, send_request/2, receive_response/2]).
-export([subscribe/1, unsubscribe/2, credit/2]).
-export([format_error/1]).
-export_type([options/0, owner/0, request_id/0, hook/0, reason/0]).

-type owner() :: pid() | atom() | {atom(), node()} | {global, term()} | {via, module(), term()}.

-type hook() :: module() | fun((Event :: [atom()], Measurements :: map(), About :: map()) -> term()).

-type options() ::
    #{program := pier_program:program(),
      name => atom(),                        % registered locally under this name
      args => [string() | binary()],         % default []
      env => [{string(), string() | false}], % default []
      cd => file:filename_all(),             % default: the emulator's own
      wrap => pier_program:wrap(),           % opened behind pier wrap; default false
      packet => 1 | 2 | 4,                   % no hello, this N; default: the hello says it
      mode => plain | call,                  % with packet the default is plain; with a hello
                                             % it says what the program's must be
      hello => pos_integer(),                % milliseconds to wait for it, default 5000
      frame => pos_integer(),                % the biggest payload that is taken, default 64 MiB
      backlog => non_neg_integer(),          % calls that wait while the program does not read,
                                             % default 100000
      safe => boolean(),                     % answers may not make new atoms; default false
      events => boolean(),                   % plain mode: {event,_}, {dropped,_,_} and {log,_,_}
                                             % are no answers; default false
      credit => non_neg_integer(),           % events that may come at first, default: any number
      hook => hook(),
      %% For the supervisor:
      id => term(), restart => permanent | transient | temporary, shutdown => timeout() | brutal_kill}.

-type reason() ::
    {program, file:filename_all(), how()}
  | pier_program:fault()
  | {too_big, Size :: pos_integer(), Limit :: pos_integer()}
  | overload                                 % too many calls wait for the program to read
  | timeout
  | noproc
  | stopped                                  % the owner, in good order
  | term().

-type how() ::
    {status, 0..255} | {signal, pos_integer()} | {port, term()}
  | pier_frames:fault()
  | {truncated, pier_frames:fault(), {status, 0..255} | {signal, pos_integer()}}
  | {bad_answer, binary()}
  | {no_hello, timeout | {status, 0..255} | {signal, pos_integer()} | {port, term()}}
  | {mode, Is :: plain | call | frame, Wanted :: plain | call | frame}.

-opaque request_id() :: {reference(), pid() | atom() | {atom(), node()}}.

%% @doc A child specification; the id is the name, or `pier'.
-spec child_spec(options()) -> supervisor:child_spec().
child_spec(Options) ->
    #{id => maps:get(id, Options, maps:get(name, Options, ?MODULE)),
      start => {?MODULE, start_link, [maps:without([id, restart, shutdown], Options)]},
      restart => maps:get(restart, Options, permanent),
      shutdown => maps:get(shutdown, Options, 5000),
      type => worker,
      modules => [pier_port]}.

%% @doc Opens the program, waits for its hello and becomes its owner.
-spec start_link(options()) -> {ok, pid()} | {error, reason()}.
start_link(Options) ->
    pier_port:start_link(Options).

%% @doc Closes the port and ends its owner.
-spec stop(owner()) -> ok.
stop(Owner) ->
    gen_server:stop(Owner).

%% @doc What there is to know: `program', `os_pid', `mode', `packet', the number of
%% `calls' without an answer, of frames in the `backlog', of `subscribers'.
-spec info(owner()) -> map().
info(Owner) ->
    gen_server:call(Owner, info).

%% Calls

%% @doc As {@link call/3} with a time-out of five seconds.
-spec call(owner(), term()) -> {ok, Answer :: term()} | {error, reason()}.
call(Owner, Request) ->
    call(Owner, Request, 5000).

%% @doc Sends `Request' to the program and waits for its answer. After the
%% time-out the program is told that nobody wants the answer any more (in call
%% mode); the answer, should it come, reaches nobody.
-spec call(owner(), term(), timeout()) -> {ok, Answer :: term()} | {error, reason()}.
call(Owner, Request, Timeout) ->
    receive_response(send_request(Owner, Request), Timeout).

%% @doc Sends `Request' and does not wait: {@link receive_response/2} does.
-spec send_request(owner(), term()) -> request_id().
send_request(Owner, Request) ->
    Process = process(Owner),
    Reference = erlang:monitor(process, Process, [{alias, reply_demonitor}]),
    send(Process, pier_port:call_message(self(), Reference, Request)),
    {Reference, Process}.

%% A name that nobody has: the monitor says so.
send(Process, Message) ->
    try Process ! Message, ok catch error:badarg -> ok end.

%% @doc Waits for the answer to a request of this process, once.
-spec receive_response(request_id(), timeout()) -> {ok, Answer :: term()} | {error, reason()}.
receive_response({Reference, Process}, Timeout) ->
    receive
        {Reference, Result} -> Result;
        {'DOWN', Reference, process, _, Reason} -> {error, reason(Reason)}
    after Timeout ->
        erlang:demonitor(Reference, [flush]),
        receive
            {Reference, Result} -> Result
        after 0 ->
            send(Process, pier_port:cancel_message(Reference)),
            {error, timeout}
        end
    end.

%% @doc Sends `Request' for which no answer is wanted. Always `ok', as in
%% {@link gen_server:cast/2}.
-spec cast(owner(), term()) -> ok.
cast(Owner, Request) ->
    gen_server:cast(Owner, {cast, term_to_binary(Request)}).

%% Events

%% @doc The calling process gets `{Reference, {event, Event}}' for each event of
%% the program, `{Reference, {dropped, Key, Count}}' when the program had to drop
%% some, and `{'DOWN', Reference, process, Pid, Reason}' when the owner ends.
-spec subscribe(owner()) -> {ok, reference()} | {error, reason()}.
subscribe(Owner) ->
    Reference = erlang:monitor(process, process(Owner), [{alias, demonitor}]),
    try gen_server:call(Owner, {subscribe, self(), Reference}) of
        ok -> {ok, Reference}
    catch
        exit:{Reason, {gen_server, call, _}} ->
            erlang:demonitor(Reference, [flush]),
            {error, reason(Reason)}
    end.

%% @doc No message with that reference comes after this.
-spec unsubscribe(owner(), reference()) -> ok.
unsubscribe(Owner, Reference) ->
    erlang:demonitor(Reference, [flush]),
    try gen_server:call(Owner, {unsubscribe, Reference}) catch exit:_ -> ok end,
    flush(Reference).

flush(Reference) ->
    receive {Reference, _} -> flush(Reference) after 0 -> ok end.

%% @doc The program may send `N' events more; `infinity' lifts the limit. A
%% subscriber that says so after each event is never flooded.
-spec credit(owner(), non_neg_integer() | infinity) -> ok.
credit(Owner, N) ->
    gen_server:cast(Owner, {credit, N}).

%% What can be monitored and sent to.
process({global, Name}) -> found(global:whereis_name(Name));
process({via, Module, Name}) -> found(Module:whereis_name(Name));
process(Owner) -> Owner.

%% Nobody has this name; a monitor of it ends at once.
found(undefined) -> 'there is no such owner';
found(Pid) -> Pid.

reason({shutdown, {program, _, _} = Reason}) -> Reason;
reason(normal) -> stopped;
reason(shutdown) -> stopped;
reason({shutdown, _}) -> stopped;
reason(Reason) -> Reason.

%% Reasons

%% @doc A sentence for a reason of this module.
-spec format_error(reason()) -> unicode:chardata().
format_error({program, Path, How}) ->
    [unicode:characters_to_list(Path), " " | how(How)];
format_error({shutdown, {program, _, _} = Reason}) ->
    format_error(Reason);
format_error({no_priv_dir, App}) ->
    io_lib:format("the application ~tp has no priv folder", [App]);
format_error({not_in_path, Name}) ->
    io_lib:format("there is no ~ts in PATH", [Name]);
format_error({too_big, Size, Limit}) ->
    io_lib:format("a request of ~b bytes is too big, the program takes ~b", [Size, Limit]);
format_error(overload) ->
    "the program does not read, and too many requests wait for it";
format_error(timeout) ->
    "the program did not answer in time";
format_error(noproc) ->
    "no owner of a program has that name";
format_error(stopped) ->
    "the owner of the program was stopped";
format_error(Other) ->
    io_lib:format("~tp", [Other]).

how({status, Status}) ->
    io_lib:format("ended with status ~b", [Status]);
how({signal, Signal}) ->
    io_lib:format("was killed by signal ~b", [Signal]);
how({port, epipe}) ->
    "stopped reading its input";
how({port, Reason}) ->
    io_lib:format("lost its port: ~tp", [Reason]);
how({text, Bytes}) ->
    ["wrote text to its standard output, where frames belong: " | quoted(Bytes)];
how({no_frame, Bytes}) ->
    ["wrote what is no frame of a term (is {packet,N} another?): " | quoted(Bytes)];
how({frame_size, Size, Limit}) ->
    io_lib:format("announced a frame of ~b bytes or more; ~b are allowed", [Size, Limit]);
how({truncated, Fault, End}) ->
    [how(End), " in the middle of a frame that began with " | quoted(element(2, Fault))];
how({bad_answer, Bytes}) ->
    io_lib:format("answered with ~b bytes that are no external term", [byte_size(Bytes)]);
how({hello, Term}) ->
    io_lib:format("said a hello that makes no sense: ~tP", [Term, 20]);
how({no_hello, timeout}) ->
    "said no hello in time: it hangs, or it was not made with pier (then give its packet)";
how({no_hello, End}) ->
    [how(End) | " before it said hello"];
how({mode, Is, Wanted}) ->
    io_lib:format("speaks in ~ts mode, ~ts mode was wanted", [Is, Wanted]);
how(eacces) ->
    "cannot be run: it has no x bit, or a folder above it cannot be searched";
how(Posix) when is_atom(Posix) ->
    ["cannot be run: " | describe(Posix)];
how(Other) ->
    io_lib:format("ended: ~tp", [Other]).

quoted(Bytes) ->
    Text = unicode:characters_to_list(Bytes),
    case is_list(Text) andalso io_lib:printable_unicode_list(Text) of
        true -> io_lib:format("~tp", [Text]);
        false -> io_lib:format("~w", [Bytes])
    end.

describe(Posix) ->
    case file:format_error(Posix) of
        "unknown POSIX error" ++ _ -> atom_to_list(Posix);
        Text -> Text
    end.
