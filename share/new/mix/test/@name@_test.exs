defmodule @Name@Test do
  use ExUnit.Case

  test "adds" do
    assert @Name@.add(1, 2) == {:ok, 3}
  end

  test "says what is wrong" do
    assert {:error, {:badarg, _}} = @Name@.add(1, :two)
  end

  test "comes back when the program is killed" do
    %{os_pid: before} = :pier.info(:@name@)
    gone = Process.monitor(:@name@)
    System.cmd("kill", ["-9", to_string(before)])
    assert_receive {:DOWN, ^gone, :process, _, _}, 5000
    wait_for(:@name@)
    assert %{os_pid: now} = :pier.info(:@name@)
    assert now != before
    assert @Name@.add(1, 2) == {:ok, 3}
  end

  defp wait_for(name) do
    unless Process.whereis(name) do
      Process.sleep(10)
      wait_for(name)
    end
  end
end
