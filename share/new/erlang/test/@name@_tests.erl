-module(@name@_tests).
-include_lib("eunit/include/eunit.hrl").

@name@_test_() ->
    {setup,
     fun() -> {ok, Started} = application:ensure_all_started(@name@), Started end,
     fun(Started) -> [application:stop(App) || App <- lists:reverse(Started)] end,
     [{"adds", ?_assertEqual({ok, 3}, @name@:add(1, 2))},
      {"says what is wrong", ?_assertMatch({error, {badarg, _}}, @name@:add(1, two))},
      {"comes back", fun comes_back/0}]}.

%% The supervisor starts the program anew.
comes_back() ->
    #{os_pid := Before} = pier:info(@name@),
    Owner = whereis(@name@),
    Gone = monitor(process, Owner),
    os:cmd("kill -9 " ++ integer_to_list(Before)),
    receive {'DOWN', Gone, process, Owner, _} -> ok end,
    wait_for(@name@),
    #{os_pid := After} = pier:info(@name@),
    ?assertNotEqual(Before, After),
    ?assertEqual({ok, 3}, @name@:add(1, 2)).

wait_for(Name) ->
    case whereis(Name) of
        undefined -> timer:sleep(10), wait_for(Name);
        _ -> ok
    end.
