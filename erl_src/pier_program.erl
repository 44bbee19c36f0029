%% @doc Which file a program is, whether it can be run, and how its port is opened.
-module(pier_program).

-export([find/1, open/3]).
-export_type([program/0, wrap/0, fault/0]).

-include_lib("kernel/include/file.hrl").

-type program() ::
    {priv, App :: atom(), Name :: file:filename_all()} % below the priv folder of an application
  | {path, Name :: string()}                           % searched in PATH
  | file:filename_all().                               % this file

-type wrap() ::
    boolean()
  | #{command => program(),                            % default: the pier that belongs to us
      grace => non_neg_integer(),                      % milliseconds
      signal => atom() | pos_integer()}.               % 'TERM', 15

-type fault() ::
    {program, file:filename_all(), file:posix() | system_limit | badarg}
  | {no_priv_dir, atom()}
  | {not_in_path, string()}.

%% @doc The file that is run, or why there is none.
-spec find(program()) -> {ok, file:filename_all()} | {error, fault()}.
find({priv, App, Name}) ->
    case code:priv_dir(App) of
        {error, bad_name} -> {error, {no_priv_dir, App}};
        Folder -> check(filename:join(Folder, Name))
    end;
find({path, Name}) ->
    case os:find_executable(Name) of
        false -> {error, {not_in_path, Name}};
        Path -> {ok, Path}
    end;
find(Path) ->
    check(Path).

%% open_port/2 takes a directory, which has an x bit too; the status that follows
%% would say nothing.
check(Path) ->
    case file:read_file_info(Path) of
        {ok, #file_info{type = directory}} -> {error, {program, Path, eisdir}};
        {ok, #file_info{mode = Mode}} when Mode band 8#111 =:= 0 -> {error, {program, Path, eacces}};
        {ok, _} -> {ok, Path};
        {error, Reason} -> {error, {program, Path, Reason}}
    end.

%% @doc Opens `Path' as a stream of bytes; `Env' is added to what the options have.
-spec open(file:filename_all(), [{string(), string() | false}], map()) ->
          {ok, port()} | {error, fault()}.
open(Path, Env, Options) ->
    Args = maps:get(args, Options, []),
    case wrapped(Path, Args, maps:get(wrap, Options, false)) of
        {ok, File, All} ->
            try open_port({spawn_executable, File}, [{args, All} | settings(Env, Options)]) of
                Port -> {ok, Port}
            catch
                error:Reason -> {error, {program, File, Reason}}
            end;
        {error, _} = Error ->
            Error
    end.

settings(Env, Options) ->
    [binary, stream, exit_status, use_stdio, hide, {env, Env ++ maps:get(env, Options, [])}
     | [{cd, Folder} || {ok, Folder} <- [maps:find(cd, Options)]]].

%% pier wrap

wrapped(Path, Args, false) ->
    {ok, Path, Args};
wrapped(Path, Args, true) ->
    wrapped(Path, Args, #{});
wrapped(Path, Args, Wrap) ->
    case command(Wrap) of
        {ok, Command} ->
            {ok, Command, ["wrap"] ++ grace(Wrap) ++ signal(Wrap) ++ ["--", absolute(Path) | Args]};
        {error, _} = Error ->
            Error
    end.

%% A name without a slash would be searched in PATH.
absolute(Path) ->
    filename:absname(Path).

grace(#{grace := Milliseconds}) -> ["--grace", integer_to_list(Milliseconds)];
grace(_) -> [].

signal(#{signal := Signal}) when is_atom(Signal) -> ["--signal", atom_to_list(Signal)];
signal(#{signal := Signal}) -> ["--signal", integer_to_list(Signal)];
signal(_) -> [].

%% The one that was given; the one installed with this module, or built beside it;
%% the one in PATH.
command(#{command := Program}) ->
    find(Program);
command(_) ->
    Ebin = filename:dirname(code:which(?MODULE)),
    Beside = [filename:join([Ebin, "..", "..", "..", "bin", "pier"]),
              filename:join([Ebin, "..", "pier"])],
    case [Path || Path <- Beside, {ok, _} <- [check(Path)]] of
        [Path | _] -> {ok, Path};
        [] -> find({path, "pier"})
    end.
