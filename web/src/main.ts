import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { applySettings } from './settings/applied.svelte';

// Not awaited at the top level: a dictionary may share code with this very file.
void applySettings().then(() => {
  const target = document.getElementById('app');
  if (target) mount(App, { target });
});
