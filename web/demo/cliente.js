// The address a screen pop opens, /demo/cliente.html?phone=…, leads into the demo's one page.
'use strict';

location.replace('/demo/#/telefone/' + encodeURIComponent(new URLSearchParams(location.search).get('phone') || ''));
