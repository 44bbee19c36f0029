ExUnit.start()

defmodule Programs do
  # PIER_EXAMPLES has the programs, PIER the command; without them those of the source tree.
  def path(name) do
    Path.expand(
      Path.join(System.get_env("PIER_EXAMPLES") || Path.join(__DIR__, "../../../priv"), name)
    )
  end

  def pier, do: System.get_env("PIER") || Path.expand("../../../build/pier", __DIR__)

  def gone?(os_pid), do: not File.exists?("/proc/#{os_pid}")

  def eventually(check) do
    unless check.() do
      Process.sleep(10)
      eventually(check)
    end
  end
end
