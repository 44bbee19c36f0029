-module(tally_tests).
-include_lib("eunit/include/eunit.hrl").

%% PIER_EXAMPLES has the programs; without it those of the source tree.
program() ->
    filename:absname(filename:join(os:getenv("PIER_EXAMPLES", "../../priv"), "jobs")).

tally_test_() ->
    {setup,
     fun() ->
             ok = application:load(tally),
             ok = application:set_env(tally, program, program()),
             {ok, Started} = application:ensure_all_started(tally),
             Started
     end,
     fun(Started) -> [application:stop(App) || App <- lists:reverse(Started)] end,
     [{"a sum", ?_assertEqual({ok, 6.0}, tally:sum([1, 2, 3]))},
      {"what is no number", ?_assertMatch({error, {badarg, _}}, tally:sum([one]))},
      {"many at once", ?_assertEqual([{ok, float(N)} || N <- lists:seq(1, 1000)],
                                     tally:sums([[N] || N <- lists:seq(1, 1000)]))},
      {"events", ?_assertEqual(lists:seq(1, 10), tally:counted(10))},
      {"the end of the program", fun killed/0}]}.

killed() ->
    Owner = whereis(tally),
    #{os_pid := Pid} = pier:info(tally),
    Waiting = pier:send_request(tally, {sleep, 60000}),
    os:cmd("kill -9 " ++ integer_to_list(Pid)),
    ?assertMatch({error, {program, _, {signal, 9}}}, pier:receive_response(Waiting, 60000)),
    back(Owner),
    ?assertEqual({ok, 6.0}, tally:sum([1, 2, 3])).

back(Owner) ->
    case whereis(tally) of
        New when is_pid(New), New =/= Owner -> ok;
        _ -> timer:sleep(10), back(Owner)
    end.
