// The one file that a product's page loads: it defines `<ampline-install>`.
import "./AmplineInstall.svelte";
