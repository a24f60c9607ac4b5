import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { preferred, speak } from './texts/texts';

// Not awaited at the top level: a dictionary may share code with this very file.
void speak(preferred(navigator.languages)).then(() => {
  const target = document.getElementById('app');
  if (target) mount(App, { target });
});
