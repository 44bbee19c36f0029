defmodule NativeHostTest do
  # Ports of the native host, for which one line is enough. What they say to each other is in a
  # file afterwards; in place of it might be valgrind, strace, limits: doc/native.md.
  use ExUnit.Case, async: false
  @compile {:parse_transform, :pier_transform}

  setup_all do
    trace = Path.join(System.tmp_dir!(), "native_host_test.#{System.pid()}")
    {:ok, host} = :pier_host.start(%{pier: Programs.pier(), trace: trace})

    on_exit(fn ->
      :pier_host.stop(host)
      File.rm(trace)
    end)

    %{host: host, trace: trace}
  end

  defp calc do
    Port.open({:spawn_executable, Programs.path("calc")}, [:binary, :exit_status, packet: 4])
  end

  defp ask(port, request) do
    send(port, {self(), {:command, :erlang.term_to_binary(request)}})
    assert_receive {^port, {:data, frame}}, 10_000
    :erlang.binary_to_term(frame)
  end

  test "a program answers", %{trace: trace} do
    port = calc()
    assert ask(port, {:add, 1, 2}) == {:ok, 3}
    Port.close(port)
    assert File.read!(trace) =~ "port_close"
  end

  test "a program that is killed", %{host: host} do
    port = calc()
    {:os_pid, os_pid} = Port.info(port, :os_pid)
    assert os_pid != :pier_host.info(host).os_pid
    System.cmd("kill", ["-9", to_string(os_pid)])
    assert_receive {^port, {:exit_status, 137}}, 10_000
    assert Port.info(port) == nil
  end

  @tag :capture_log
  test "a host that is killed takes its ports along, and nothing else" do
    Process.flag(:trap_exit, true)
    {:ok, host} = :pier_host.start(%{pier: Programs.pier(), default: false})
    port = Port.open({:spawn, "cat"}, [:binary, {:host, host}])
    System.cmd("kill", ["-9", to_string(:pier_host.info(host).os_pid)])
    assert_receive {:EXIT, ^port, {:pier_host, {:signal, 9}}}, 10_000
    assert ask(calc(), {:add, 1, 2}) == {:ok, 3}
  end
end
