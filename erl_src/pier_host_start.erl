%% A `pier serve' as a program: which file it is, what it is started with, its first words.
-module(pier_host_start).

-export([open/1, hello/1, status/1]).

-define(HELLO_TIME, 60000).

%% @doc The port of a host that has just been started; exits with why there is none.
-spec open(map()) -> port().
open(Options) ->
    {File, Arguments} = program(Options),
    try
        open_port({spawn_executable, File},
                  [{args, Arguments}, {env, environment(maps:get(env, Options, []))},
                   {packet, 4}, binary, exit_status, nouse_stdio])
    catch
        error:Reason -> exit({Reason, File})
    end.

program(Options) ->
    Command = maps:get(command, Options, []),
    Serve = [pier(Options), "serve", "--nouse-stdio"
             | lists:append([["--no-guard"] || not maps:get(guard, Options, Command =:= [])]
                            ++ [["--linger", integer_to_list(Ms)] || #{linger := Ms} <- [Options]]
                            ++ [["--poll", integer_to_list(Us)] || #{poll := Us} <- [Options]]
                            ++ [["--trace", File] || #{trace := File} <- [Options]]
                            ++ [["--limit", io_lib:format("~s=~b", [What, Limit])]
                                || {What, Limit} <- maps:to_list(maps:get(limits, Options, #{}))])],
    [First | Arguments] = [text(Word) || Word <- Command ++ Serve],
    case os:find_executable(First) of
        false -> exit({enoent, First});
        File -> {File, Arguments}
    end.

%% Elixir's text is binaries.
text(Text) ->
    unicode:characters_to_list(Text).

environment(Changes) ->
    [{text(Name), Value =/= false andalso text(Value)} || {Name, Value} <- Changes].

%% The command that belongs to these modules, wherever make or make install has put both.
pier(#{pier := File}) ->
    filename:absname(File);
pier(_) ->
    Ebin = filename:dirname(code:which(?MODULE)),
    Places = [filename:join([Ebin | Way])
              || Way <- [["..", "pier"], ["..", "priv", "pier"], ["..", "..", "..", "bin", "pier"]]],
    case {os:getenv("PIER"), [Place || Place <- Places, filelib:is_regular(Place)]} of
        {Given, _} when is_list(Given), Given =/= "" -> filename:absname(Given);
        {_, [Place | _]} -> Place;
        {_, []} -> "pier"
    end.

%% @doc What it says of itself before anything else; exits with why it says nothing.
-spec hello(port()) -> map().
hello(Real) ->
    receive
        {Real, {data, Frame}} ->
            case binary_to_term(Frame) of
                {event, [{hello, 1, Info}]} -> Info;
                Other -> exit({no_hello, Other})
            end;
        {Real, {exit_status, Status}} ->
            exit(status(Status))
    after ?HELLO_TIME ->
            exit(no_hello)
    end.

%% @doc How it has ended.
-spec status(non_neg_integer()) -> {signal | status, non_neg_integer()}.
status(Status) when Status > 128 -> {signal, Status - 128};
status(Status) -> {status, Status}.
