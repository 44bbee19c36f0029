defmodule Mix.Tasks.Compile.@Name@Make do
  @moduledoc false
  use Mix.Task.Compiler

  # Runs make with the variables that elixir_make would set; what is set already
  # (by Nerves, say) stays.
  @impl true
  def run(_args) do
    case System.cmd("make", ["all"], env: environment(), into: IO.stream(), stderr_to_stdout: true) do
      {_, 0} -> {:noop, []}
      {_, status} -> Mix.raise("make ended with status #{status}")
    end
  end

  defp environment do
    %{
      "MIX_APP_PATH" => Mix.Project.app_path(),
      "MIX_BUILD_PATH" => Mix.Project.build_path(),
      "MIX_ENV" => to_string(Mix.env()),
      "MIX_TARGET" => to_string(Mix.target())
    }
    |> Enum.reject(fn {name, _} -> System.get_env(name) end)
  end
end

defmodule @Name@.MixProject do
  use Mix.Project

  def project do
    find_pier()

    [
      app: :@name@,
      version: "0.1.0",
      compilers: [:@name@_make | Mix.compilers()],
      deps: []
    ]
  end

  def application do
    [extra_applications: [:logger, :pier], mod: {@Name@.Application, []}]
  end

  # pier is installed, not fetched: ERL_LIBS or pkg-config says where.
  defp find_pier do
    if :code.which(:pier) == :non_existing do
      pkg_config = System.get_env("PKG_CONFIG") || "pkg-config"

      case System.cmd(pkg_config, ["--variable=erl_libs", "pier"], stderr_to_stdout: true) do
        {libs, 0} when libs not in ["", "\n"] ->
          Code.append_path(Path.join([String.trim(libs), "pier", "ebin"]))

        _ ->
          Mix.raise("pier is not installed: neither ERL_LIBS nor pkg-config has it")
      end
    end
  end
end
