defmodule WatcherTest do
  use ExUnit.Case

  setup do
    folder =
      Path.join(
        System.tmp_dir!(),
        "pier-watcher-#{System.pid()}-#{System.unique_integer([:positive])}"
      )

    File.mkdir_p!(folder)
    on_exit(fn -> File.rm_rf!(folder) end)
    %{folder: folder, options: [folder: folder, program: Programs.path("watch")]}
  end

  test "tells what changed", %{folder: folder, options: options} do
    watcher = start_supervised!({Watcher, options})
    :ok = Watcher.subscribe(watcher)
    file = Path.join(folder, "file")
    File.write!(file, "1")
    assert_receive {:renamed, ^file}, 10_000
    assert_receive {:changed, ^file}, 10_000
    File.rm!(file)
    assert_receive {:renamed, ^file}, 10_000
  end

  test "a folder that is not there is an error", %{options: options} do
    Process.flag(:trap_exit, true)
    options = Keyword.put(options, :folder, "/no/such/folder")
    assert Watcher.start_link(options) == {:error, :enoent}
  end

  @tag :capture_log
  test "the program ends with the watcher, even one that is killed", %{options: options} do
    Process.flag(:trap_exit, true)
    {:ok, watcher} = Watcher.start_link(options)
    %{owner: owner} = :sys.get_state(watcher)
    %{os_pid: os_pid} = :pier.info(owner)
    refute Programs.gone?(os_pid)
    Process.exit(watcher, :kill)
    Programs.eventually(fn -> Programs.gone?(os_pid) end)
  end

  @tag :capture_log
  test "the watcher ends with the program", %{options: options} do
    Process.flag(:trap_exit, true)
    {:ok, watcher} = Watcher.start_link(options)
    %{owner: owner} = :sys.get_state(watcher)
    System.cmd("kill", ["-9", to_string(:pier.info(owner).os_pid)])
    assert_receive {:EXIT, ^watcher, {:program, _, {:signal, 9}}}, 10_000
  end

  test "lines of a program that never reads, ended for sure" do
    script = "echo $$; exec sleep 100000"
    Process.flag(:trap_exit, true)

    {:ok, lines} =
      Watcher.Lines.start_link(command: ["sh", "-c", script], to: self(), wrap: Programs.pier())

    assert_receive {:line, os_pid}, 10_000
    refute Programs.gone?(os_pid)
    Process.exit(lines, :kill)
    Programs.eventually(fn -> Programs.gone?(os_pid) end)
  end

  if System.find_executable("fswatch") do
    test "fswatch", %{folder: folder} do
      {:ok, lines} =
        Watcher.Lines.start_link(command: ["fswatch", folder], to: self(), wrap: Programs.pier())

      # It says nothing when it is ready: writes until it sees one.
      writer = spawn_link(fn -> write(Path.join(folder, "file"), 0) end)
      assert_receive {:line, path}, 20_000
      assert String.starts_with?(path, folder)
      Process.unlink(writer)
      Process.exit(writer, :kill)
      GenServer.stop(lines)
    end

    defp write(file, n) do
      File.write!(file, to_string(n))
      Process.sleep(50)
      write(file, n + 1)
    end
  end
end
