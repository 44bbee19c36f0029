defmodule Mix.Tasks.Compile.PierMake do
  @moduledoc false
  use Mix.Task.Compiler

  # Runs make, as elixir_make would: what a caller (Nerves, say) has set in the
  # environment stays, so that a cross compiler and its ei are used.
  @impl true
  def run(_args) do
    make = System.get_env("MAKE") || "make"
    prepare(Mix.target())

    case System.cmd(make, ["all"],
           env: environment(),
           into: IO.stream(:stdio, :line),
           stderr_to_stdout: true
         ) do
      {_, 0} ->
        {:noop, []}

      {_, status} ->
        Mix.raise("#{make} all ended with status #{status}: the C side of pier was not built")
    end
  end

  @impl true
  def clean do
    System.cmd(System.get_env("MAKE") || "make", ["clean"])
    :ok
  end

  # On the host the application's priv is a link to the one beside this file,
  # where make and rebar3 leave the programs too. A cross compiler's programs
  # go to the application's own folder, whatever mix has put there before.
  defp prepare(:host) do
    File.mkdir_p!("priv")
    Mix.Project.build_structure()
  end

  defp prepare(_target) do
    priv = Path.join(Mix.Project.app_path(), "priv")
    File.rm_rf!(priv)
    File.mkdir_p!(priv)
  end

  defp environment do
    %{
      "MIX_APP_PATH" => Mix.Project.app_path(),
      "MIX_BUILD_PATH" => Mix.Project.build_path(),
      "MIX_ENV" => to_string(Mix.env()),
      "MIX_TARGET" => to_string(Mix.target()),
      "ERTS_INCLUDE_DIR" =>
        Path.join([:code.root_dir(), "erts-#{:erlang.system_info(:version)}", "include"])
    }
    |> Map.merge(erl_interface())
    |> Map.merge(objects(Mix.target()))
    |> Enum.reject(fn {name, _} -> System.get_env(name) end)
  end

  # The objects of another machine stay out of build/.
  defp objects(:host), do: %{}
  defp objects(_target), do: %{"BUILD" => Path.join(Mix.Project.app_path(), "obj")}

  defp erl_interface do
    case :code.lib_dir(:erl_interface) do
      {:error, :bad_name} ->
        %{}

      folder ->
        include = Path.join(folder, "include")
        lib = Path.join(folder, "lib")

        %{
          "ERL_EI_INCLUDE_DIR" => include,
          "ERL_EI_LIBDIR" => lib,
          "ERL_INTERFACE_INCLUDE_DIR" => include,
          "ERL_INTERFACE_LIB_DIR" => lib
        }
    end
  end
end

defmodule Pier.MixProject do
  use Mix.Project

  def project do
    [
      app: :pier,
      version: "0.1.0",
      language: :erlang,
      erlc_paths: ["erl_src"],
      compilers: [:pier_make | Mix.compilers()],
      deps: []
    ]
  end

  def application do
    [extra_applications: []]
  end
end
