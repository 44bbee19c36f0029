# elixir -pa EBIN calc.exs PROGRAM: calls a program through the OTP application.
[program] = System.argv()

children = [:pier.child_spec(%{name: :calc, program: program})]
{:ok, _} = Supervisor.start_link(children, strategy: :one_for_one)

IO.inspect(:pier.call(:calc, {:add, 1, 2}))
IO.inspect(:pier.call(:calc, {:mul, 123_456_789_012_345_678_901_234_567_890, 3}))
