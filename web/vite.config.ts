import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

// One file, which opens from disk.
export default defineConfig({
  plugins: [viteSingleFile({ removeViteModuleLoader: true })],
  build: { target: "es2022", emptyOutDir: false, chunkSizeWarningLimit: 4096 },
});
