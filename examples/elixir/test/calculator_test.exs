defmodule CalculatorTest do
  use ExUnit.Case

  setup do
    start_supervised!({Calculator, program: Programs.path("calc")})
    :ok
  end

  test "adds numbers of any size" do
    assert Calculator.add(1, 2) == {:ok, 3}
    assert Calculator.add(Integer.pow(10, 40), 1) == {:ok, Integer.pow(10, 40) + 1}
  end

  test "says what is wrong" do
    assert Calculator.divide(1, 0) == {:error, :badarith}
  end

  @tag :capture_log
  test "is back after its program was killed" do
    owner = Process.whereis(Calculator)
    monitor = Process.monitor(owner)
    %{os_pid: os_pid} = :pier.info(owner)
    System.cmd("kill", ["-9", to_string(os_pid)])
    assert_receive {:DOWN, ^monitor, :process, _, {:program, _, {:signal, 9}}}, 10_000
    Programs.eventually(fn -> Process.whereis(Calculator) not in [nil, owner] end)
    assert Calculator.add(1, 2) == {:ok, 3}
  end
end
