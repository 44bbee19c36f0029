%% Where this VM is: a relative name, and what a program inherits, mean in a native host what
%% they mean here now.
-module(pier_host_place).

-export([here/0, changes/1]).
-export_type([place/0]).

-opaque place() :: {file:filename_all(), #{string() => string()}}.

%% @doc The working directory and the environment.
-spec here() -> place().
here() ->
    {ok, Folder} = file:get_cwd(),
    {Folder, maps:from_list(os:env())}.

%% @doc What a host that was told of one place has to be told now, and where that is.
-spec changes(place()) -> {[{chdir, binary()} | {setenv, [{binary(), binary() | false}]}], place()}.
changes({Folder, Environment}) ->
    {Moved, NewFolder} = folder(Folder),
    {Set, NewEnvironment} = environment(Environment),
    {Set ++ Moved, {NewFolder, NewEnvironment}}.

folder(Before) ->
    case file:get_cwd() of
        {ok, Before} -> {[], Before};
        {ok, Folder} -> {[{chdir, bytes(Folder)}], Folder};
        {error, _} -> {[], Before}
    end.

environment(Before) ->
    case maps:from_list(os:env()) of
        Before ->
            {[], Before};
        Now ->
            Set = [{bytes(Name), bytes(Value)} || {Name, Value} <- maps:to_list(Now),
                                                  maps:get(Name, Before, none) =/= Value],
            Gone = [{bytes(Name), false} || Name <- maps:keys(Before), not is_map_key(Name, Now)],
            {[{setenv, Gone ++ Set}], Now}
    end.

bytes(Text) ->
    case unicode:characters_to_binary(Text, unicode, file:native_name_encoding()) of
        Bytes when is_binary(Bytes) -> Bytes;
        _ -> iolist_to_binary([Char band 255 || Char <- Text])
    end.
