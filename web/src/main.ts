import { mount } from 'svelte';

import App from './App.svelte';
import { createApp } from './lib/state/app.svelte';
import { language, setLanguage } from './lib/ui/language.svelte';
import './lib/ui/tokens.css';
import './lib/ui/base.css';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');
setLanguage(language());
mount(App, { target, props: { app: createApp() } });
