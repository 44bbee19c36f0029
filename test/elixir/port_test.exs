# What a program in Elixir may do with ports: an ordinary ExUnit module. test/elixir/ports.t
# runs it on the BEAM, and with the line about the parse transform on the native host.
defmodule PortTest do
  use ExUnit.Case, async: false

  @time 20_000

  defp cat(options \\ [:binary]), do: Port.open({:spawn, "cat"}, options)

  defp shell(command, options) do
    Port.open({:spawn_executable, "/bin/sh"}, [:binary, {:args, ["-c", command]} | options])
  end

  # What work sees in a process of its own that traps exits.
  defp trapping(work) do
    task =
      Task.async(fn ->
        Process.flag(:trap_exit, true)
        work.()
      end)

    Task.await(task, @time)
  end

  test "echo by command" do
    port = cat()
    assert Port.command(port, "hello")
    assert_receive {^port, {:data, "hello"}}, @time
    assert Port.close(port)
  end

  test "echo by message" do
    port = cat()
    send(port, {self(), {:command, ["he", ?l, "lo"]}})
    assert_receive {^port, {:data, "hello"}}, @time
    send(port, {self(), :close})
    assert_receive {^port, :closed}, @time
  end

  test "lists" do
    port = cat([])
    Kernel.send(port, {self(), {:command, "x"}})
    assert_receive {^port, {:data, 'x'}}, @time
  end

  for size <- [1, 2, 4] do
    test "packets of #{size}" do
      port = cat([:binary, packet: unquote(size)])
      for frame <- ["", "a", String.duplicate("b", 255)], do: Port.command(port, frame)

      for frame <- ["", "a", String.duplicate("b", 255)],
          do: assert_receive({^port, {:data, ^frame}}, @time)
    end
  end

  test "lines and the status" do
    port = shell("printf 'one\\ntwo'; exit 3", [:exit_status, line: 80])
    assert_receive {^port, {:data, {:eol, "one"}}}, @time
    assert_receive {^port, {:data, {:noeol, "two"}}}, @time
    assert_receive {^port, {:exit_status, 3}}, @time
  end

  test "eof" do
    port = shell("echo x", [:eof])
    assert_receive {^port, {:data, "x\n"}}, @time
    assert_receive {^port, :eof}, @time
    assert Port.info(port, :connected) == {:connected, self()}
  end

  test "arguments, environment, folder" do
    port =
      Port.open({:spawn_executable, "/bin/sh"}, [
        :binary,
        args: ["-c", "echo $1 $X; pwd", "sh", "ü"],
        env: [{'X', 'y'}],
        cd: "/",
        line: 99
      ])

    assert_receive {^port, {:data, {:eol, "ü y"}}}, @time
    assert_receive {^port, {:data, {:eol, "/"}}}, @time
  end

  test "the environment of the program" do
    System.put_env("PORT_TEST", "seen")
    port = shell("echo $PORT_TEST", [])
    assert_receive {^port, {:data, "seen\n"}}, @time
    System.delete_env("PORT_TEST")
  end

  test "info" do
    port = cat()
    me = self()

    assert [name: 'cat', links: [^me], id: _, connected: ^me, input: 0, output: 0, os_pid: pid] =
             Port.info(port)

    assert is_integer(pid)
    assert Port.info(port, :name) == {:name, 'cat'}
    assert Port.info(port, :registered_name) == {:registered_name, []}
    assert port in Port.list()
    Port.close(port)
    assert Port.info(port) == nil
    assert Port.info(port, :name) == nil
    refute port in Port.list()
    assert is_port(port)
    assert inspect(port) =~ "#Port<"
  end

  test "names" do
    port = cat()
    assert Process.register(port, :port_test)
    assert Process.whereis(:port_test) == port
    assert :port_test in Process.registered()
    send(:port_test, {self(), {:command, "x"}})
    assert_receive {^port, {:data, "x"}}, @time
    assert_raise ArgumentError, ~r/already taken/, fn -> Process.register(self(), :port_test) end
    assert Process.unregister(:port_test)
    assert Process.whereis(:port_test) == nil
  end

  test "exit of the port" do
    assert {:EXIT, _, :enough} =
             trapping(fn ->
               Process.exit(cat(), :enough)
               receive(do: (message -> message))
             end)
  end

  test "a close by another process" do
    assert {:EXIT, _, :normal} =
             trapping(fn ->
               port = cat()
               spawn(fn -> Port.close(port) end)
               receive(do: (message -> message))
             end)
  end

  test "an owner dies, and its port" do
    me = self()

    {pid, ref} =
      spawn_monitor(fn ->
        send(me, {:port, cat()})
        receive(do: (:die -> exit(:because)))
      end)

    assert_receive {:port, port}, @time
    monitor = Port.monitor(port)
    send(pid, :die)
    assert_receive {:DOWN, ^ref, :process, ^pid, :because}, @time
    assert_receive {:DOWN, ^monitor, :port, ^port, :because}, @time
  end

  test "links" do
    port = cat()
    {:links, links} = Process.info(self(), :links)
    assert port in links
    assert Process.unlink(port)
    assert Port.info(port, :links) == {:links, []}
    assert Process.link(port)
    assert Port.info(port, :links) == {:links, [self()]}
  end

  test "monitors" do
    port = cat()
    ref = Port.monitor(port)
    other = Port.monitor(port)
    assert Port.demonitor(other, [:flush])
    Port.close(port)
    assert_receive {:DOWN, ^ref, :port, ^port, :normal}, @time
    refute_received {:DOWN, ^other, _, _, _}
    again = Port.monitor(port)
    assert_receive {:DOWN, ^again, :port, ^port, :noproc}, @time
  end

  test "a new owner" do
    port = cat()
    me = self()
    heir = spawn(fn -> receive(do: (message -> send(me, {:heir, message}))) end)
    assert Port.connect(port, heir)
    Port.command(port, "x")
    assert_receive {:heir, {^port, {:data, "x"}}}, @time
  end

  for {title, name, options, reason} <- [
        {"a name that is none", {:nonsense, "x"}, [], :badarg},
        {"an option that is none", {:spawn, "cat"}, [:colour], :badarg},
        {"no file", {:spawn_executable, "/no/such/file"}, [], :enoent},
        {"no right", {:spawn_executable, "/etc/passwd"}, [], :eacces},
        {"no driver", {:spawn_driver, "no_such_driver"}, [], :badarg}
      ] do
    test title do
      assert unquote(reason) ==
               (try do
                  Port.open(unquote(name), unquote(options))
                catch
                  :error, reason -> reason
                end)
    end
  end

  test "a closed port" do
    port = cat()
    Port.close(port)
    assert_raise ArgumentError, fn -> Port.command(port, "x") end
    assert_raise ArgumentError, fn -> Port.close(port) end
    assert_raise ArgumentError, fn -> Port.connect(port, self()) end
    assert send(port, :anything) == :anything
  end

  test "a busy port" do
    port = shell("echo; exec sleep 1000", [])
    assert_receive {^port, {:data, "\n"}}, @time
    assert Port.command(port, String.duplicate("x", 200_000))
    refute Port.command(port, "x", [:nosuspend])
    Process.unlink(port)
    {:os_pid, pid} = Port.info(port, :os_pid)
    System.cmd("kill", ["-9", "#{pid}"])
  end

  test "functions as values" do
    open = &Port.open/2
    port = open.({:spawn, "cat"}, [:binary])
    Enum.each(["a", "b"], &Port.command(port, &1))
    assert apply(Port, :close, [port])
    assert apply(Port, :info, [port]) == nil
  end

  test "a thousand frames in order" do
    port = cat([:binary, packet: 4])
    feeder = Task.async(fn -> for n <- 1..1000, do: Port.command(port, <<n::32>>) end)

    got =
      for _ <- 1..1000 do
        assert_receive {^port, {:data, <<n::32>>}}, @time
        n
      end

    assert got == Enum.to_list(1..1000)
    Task.await(feeder, @time)
  end

  test "everything else goes on as ever" do
    assert send(self(), :x) == :x
    assert_receive :x
    {pid, ref} = spawn_monitor(fn -> Process.exit(self(), :kill) end)
    assert_receive {:DOWN, ^ref, :process, ^pid, :killed}, @time
    assert Process.register(self(), :port_test_me)
    assert Process.whereis(:port_test_me) == self()
    send(:port_test_me, :y)
    assert_receive :y
    assert Process.unregister(:port_test_me)
  end
end
