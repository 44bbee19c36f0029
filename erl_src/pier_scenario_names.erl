%% Names for what a scenario cannot know: ports, processes, references, paths.
%% The file has names, the BIFs take identifiers; resolve/2 goes one way, name/2
%% and result/2 the other.
-module(pier_scenario_names).
-export([new/1, bind/4, find/3, get/3, ids/2, resolve/2, match/3, name/2, result/2, random/2]).

-type kind() :: port | pid | ref.
-type names() :: #{ids := #{{kind(), term()} => term()},
                   names := #{term() => {kind(), term()}},
                   paths := [{Mark :: string(), Path :: string()}]}.
-export_type([names/0, kind/0]).

%% Paths: what is printed as "${TMP}" and the like.
-spec new([{string(), string()}]) -> names().
new(Paths) ->
    #{ids => #{}, names => #{}, paths => Paths}.

%% Binding a name again leaves the old identifier without one.
-spec bind(kind(), term(), term(), names()) -> names().
bind(Kind, Name, Id, #{ids := Ids, names := Names} = Env) ->
    Key = {Kind, Name},
    Kept = case Ids of
               #{Key := Old} -> maps:remove(Old, Names);
               #{} -> Names
           end,
    Env#{ids := Ids#{Key => Id}, names := Kept#{Id => Key}}.

-spec find(kind(), term(), names()) -> {ok, term()} | error.
find(Kind, Name, #{ids := Ids}) ->
    maps:find({Kind, Name}, Ids).

%% Every identifier of a kind that has a name.
-spec ids(kind(), names()) -> [term()].
ids(Kind, #{ids := Ids}) ->
    [Id || {{K, _}, Id} <- maps:to_list(Ids), K =:= Kind].

%% Throws {unbound,Name}. {lit,T} in place of a name is T itself.
-spec get(kind(), term(), names()) -> term().
get(_Kind, {lit, Term}, _Env) ->
    Term;
get(Kind, {Kind, Name}, Env) ->
    get(Kind, Name, Env);
get(Kind, Name, Env) ->
    case find(Kind, Name, Env) of
        {ok, Id} -> Id;
        error -> throw({unbound, Name})
    end.

%% A term of the file as the BIFs take it. Throws {unbound,Name}.
-spec resolve(term(), names()) -> term().
resolve({Kind, Name}, Env) when Kind =:= port; Kind =:= pid; Kind =:= ref ->
    case is_atom(Name) of
        true -> get(Kind, Name, Env);
        false -> {Kind, resolve(Name, Env)}
    end;
resolve({rep, Count, Byte}, _Env) when is_integer(Count), is_integer(Byte) ->
    binary:copy(<<Byte>>, Count);
resolve({rand, Seed, Size}, _Env) when is_integer(Seed), is_integer(Size) ->
    random(Seed, Size);
resolve({drivers, Behind}, #{paths := Paths}) when is_list(Behind) ->
    proplists:get_value("${DRIVERS}", Paths, "") ++ Behind;
resolve({lit, Term}, _Env) ->
    Term;
resolve(Tuple, Env) when is_tuple(Tuple) ->
    list_to_tuple([resolve(Element, Env) || Element <- tuple_to_list(Tuple)]);
resolve(Map, Env) when is_map(Map) ->
    maps:map(fun(_Key, Value) -> resolve(Value, Env) end, Map);
resolve([Head | Tail], Env) ->
    [resolve(Head, Env) | resolve(Tail, Env)];
resolve(Term, _Env) ->
    Term.

%% sha256(<<Seed:64,0:64>>), sha256(<<Seed:64,1:64>>), ... cut to Size bytes.
-spec random(integer(), non_neg_integer()) -> binary().
random(Seed, Size) ->
    Blocks = (Size + 31) div 32,
    Bytes = << <<(crypto:hash(sha256, <<Seed:64, Block:64>>))/binary>>
               || Block <- lists:seq(0, Blocks - 1) >>,
    binary:part(Bytes, 0, Size).

%% Whether a message is what a pattern of the file describes.
-spec match(term(), term(), names()) -> boolean().
match('_', _Term, _Env) ->
    true;
match({lit, Wanted}, Term, _Env) ->
    Wanted =:= Term;
match({Kind, Name} = Pattern, Term, Env)
  when is_atom(Name), Name =/= '_', (Kind =:= port orelse Kind =:= pid orelse Kind =:= ref) ->
    resolve(Pattern, Env) =:= Term;
match({Big, _, _} = Pattern, Term, Env) when Big =:= rep; Big =:= rand ->
    resolve(Pattern, Env) =:= Term;
match(Pattern, Term, Env) when is_tuple(Pattern), is_tuple(Term) ->
    tuple_size(Pattern) =:= tuple_size(Term) andalso
        lists:all(fun({P, T}) -> match(P, T, Env) end,
                  lists:zip(tuple_to_list(Pattern), tuple_to_list(Term)));
match([Pattern | Patterns], [Term | Terms], Env) ->
    match(Pattern, Term, Env) andalso match(Patterns, Terms, Env);
match(Pattern, Term, Env) when is_map(Pattern), is_map(Term) ->
    lists:sort(maps:keys(Pattern)) =:= lists:sort(maps:keys(Term)) andalso
        lists:all(fun({Key, P}) -> match(P, maps:get(Key, Term), Env) end, maps:to_list(Pattern));
match(Pattern, Term, _Env) ->
    Pattern =:= Term.

%% What a BIF returned: named, with lists of identifiers sorted, and without the
%% numbers that differ from run to run.
-spec result(term(), names()) -> term().
result({os_pid, Number}, _Env) when is_integer(Number), Number > 0 ->
    {os_pid, '<pid>'};
result({id, Number}, _Env) when is_integer(Number), Number >= 0 ->
    {id, '<id>'};
result({memory, Number}, _Env) when is_integer(Number), Number > 0 ->
    {memory, '<memory>'};
result({Item, [_ | _] = Ids}, Env)
  when Item =:= links; Item =:= monitored_by; Item =:= monitors ->
    {Item, lists:sort(name(Ids, Env))};
result([{_, _} | _] = Items, Env) ->
    [result(Item, Env) || Item <- Items];
result(Value, Env) ->
    name(Value, Env).

%% A value as the transcript has it: identifiers and paths by their names.
-spec name(term(), names()) -> term().
name(Id, Env) when is_port(Id) ->
    named(Id, port, Env);
name(Id, Env) when is_pid(Id) ->
    named(Id, pid, Env);
name(Id, Env) when is_reference(Id) ->
    named(Id, ref, Env);
name({open_error, Number}, _Env) when is_integer(Number) ->
    {open_error, '<n>'};
name(Tuple, Env) when is_tuple(Tuple) ->
    list_to_tuple([name(Element, Env) || Element <- tuple_to_list(Tuple)]);
name(Map, Env) when is_map(Map) ->
    maps:from_list([{name(Key, Env), name(Value, Env)} || {Key, Value} <- maps:to_list(Map)]);
name(Binary, #{paths := Paths}) when is_binary(Binary) ->
    lists:foldl(fun({Mark, Path}, Text) -> binary:replace(Text, unicode:characters_to_binary(Path), list_to_binary(Mark), [global]) end, Binary, Paths);
name([_ | _] = List, Env) ->
    name_list(List, Env);
name(Term, _Env) ->
    Term.

named(Id, Kind, #{names := Names}) ->
    case Names of
        #{Id := Key} -> Key;
        #{} -> {unknown, Kind}
    end.

name_list(List, #{paths := Paths} = Env) ->
    case length_of(List) of
        improper -> improper(List, Env);
        _ -> take_paths([name(Element, Env) || Element <- List], Paths)
    end.

length_of(List) ->
    try length(List) catch error:badarg -> improper end.

improper([Head | Tail], Env) ->
    [name(Head, Env) | improper(Tail, Env)];
improper(Tail, Env) ->
    name(Tail, Env).

%% Paths inside a list of bytes.
take_paths([Byte | _] = List, Paths) when is_integer(Byte) ->
    lists:foldl(fun take_path/2, List, Paths);
take_paths(List, _Paths) ->
    List.

take_path({Mark, Path}, List) ->
    case lists:prefix(Path, List) of
        true -> Mark ++ take_path({Mark, Path}, lists:nthtail(length(Path), List));
        false when List =:= [] -> [];
        false -> [hd(List) | take_path({Mark, Path}, tl(List))]
    end.
