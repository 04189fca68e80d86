import "./frame/style.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { router } from "./frame/router.svelte";
import { session } from "./frame/session.svelte";
import { theme } from "./frame/theme.svelte";
import { toasts } from "./frame/toasts.svelte";
import { words } from "./frame/words.svelte";

theme.start();
router.start();
await Promise.all([words.start(), session.load().catch((error) => toasts.fail(error))]);
mount(App, { target: document.getElementById("app") as HTMLElement });
